/** Rows of a table that is on its way: same height, no spinner. */
export function SkeletonRows({ rows, widths = [88, 48, 36] }: { rows: number; widths?: number[] }) {
  return (
    <div aria-busy="true" aria-label="Loading" role="status">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-8 items-center gap-2 border-t border-line-faint px-4">
          {widths.map((width, i) => (
            <span
              key={i}
              className={i === 1 ? 'skeleton ml-auto' : 'skeleton'}
              style={{ width: width - (row % 3) * 8 }}
            />
          ))}
        </div>
      ))}
    </div>
  )
}

export function SkeletonBox({ height }: { height: number }) {
  return (
    <div aria-busy="true" aria-label="Loading" role="status" style={{ height }}>
      <span className="skeleton h-full opacity-60" style={{ height: '100%' }} />
    </div>
  )
}
