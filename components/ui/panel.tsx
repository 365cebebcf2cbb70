import type { ReactNode } from 'react'

interface PanelProps {
  title: string
  /** Scope or order, in a few words. */
  sub?: ReactNode
  actions?: ReactNode
  /** One line of explanation below. */
  foot?: ReactNode
  children: ReactNode
  stale?: boolean
  className?: string
}

export function Panel({ title, sub, actions, foot, children, stale = false, className = '' }: PanelProps) {
  const id = `panel-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`
  return (
    <section className={`panel ${stale ? 'panel-stale' : ''} ${className}`} aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{title}</h2>
        {sub ? <span className="panel-sub">{sub}</span> : null}
        {actions ? <div className="panel-actions">{actions}</div> : null}
      </div>
      {children}
      {foot ? <div className="panel-foot">{foot}</div> : null}
    </section>
  )
}
