import type { ReactNode } from 'react'

/** A figure of a strip, with what it is and what to know of it. On a phone a wide one has the row to itself. */
export function StripFigure({
  label,
  note,
  isWide = false,
  children,
}: {
  label: string
  note: string
  isWide?: boolean
  children: ReactNode
}) {
  return (
    <div className="strip-figure" {...(isWide ? { 'data-wide': '' } : {})}>
      <dt>{label}</dt>
      <dd className="strip-value">{children}</dd>
      <dd className="strip-note" title={note}>
        {note}
      </dd>
    </div>
  )
}
