import type { ReactNode } from 'react'

interface PageHeadProps {
  title: ReactNode
  /** For whom the page is, in one line. */
  forWhom: ReactNode
  tag?: ReactNode
  actions?: ReactNode
}

export function PageHead({ title, forWhom, tag, actions }: PageHeadProps) {
  return (
    <div className="page-head">
      <h1 className="repeated">{title}</h1>
      {tag}
      <span className="page-for">{forWhom}</span>
      {actions ? <div className="page-actions">{actions}</div> : null}
    </div>
  )
}
