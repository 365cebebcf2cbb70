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

/** A strip of figures that is still loading, in its own shape. */
export function StripSkeleton({ labels }: { labels: readonly string[] }) {
  return (
    <dl className="strip" aria-busy="true">
      {labels.map((label) => (
        <div key={label} className="strip-figure">
          <dt>{label}</dt>
          <dd className="strip-value">
            <span className="skeleton my-1 h-4! w-20" />
          </dd>
          <dd className="strip-note">
            <span className="skeleton my-1 h-2.5! w-28" />
          </dd>
        </div>
      ))}
    </dl>
  )
}
