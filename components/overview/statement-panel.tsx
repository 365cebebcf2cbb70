import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import type { ReactNode } from 'react'
import { Glyph, PanelMenu } from '@/components/ui'
import { keepView } from '@/components/view'
import { Says } from './says'
import type { Statement } from './statement'

interface StatementPanelProps {
  title: string
  statement: Statement
  /** What the figure is, for the link on it. */
  evidence: string
  isStale: boolean
  csv: () => string
  image?: () => Promise<Blob | null>
  children: ReactNode
}

/** A figure, the sentence it stands in, and below them the proof. */
export function StatementPanel(props: StatementPanelProps) {
  const { title, statement, evidence, isStale, csv, image, children } = props
  const { status, heading, figure, says, href } = statement
  const params = useSearchParams()
  const id = `say-${title.toLowerCase()}`
  return (
    <section className={`panel say ${isStale ? 'panel-stale' : ''}`} aria-labelledby={id}>
      <div className="say-head">
        <Glyph status={isStale ? 'unknown' : status} {...(isStale ? { label: 'Not known now' } : {})} />
        <h2 id={id}>{title}</h2>
        <span className="panel-sub">{heading}</span>
        <span className="panel-actions">
          <PanelMenu name={`overview-${title.toLowerCase()}`} csv={csv} {...(image ? { image } : {})} />
        </span>
      </div>
      <div className="say-body">
        <Link
          className="say-figure"
          href={keepView(href, params)}
          aria-label={`${evidence}${figure ? '' : ': not known'}`}
        >
          {figure ? (
            <>
              {figure.value}
              {figure.unit ? <span className="unit">{figure.unit}</span> : null}
            </>
          ) : (
            <span className="say-nothing">no figure yet</span>
          )}
        </Link>
        <Says pieces={says} />
        {children}
      </div>
    </section>
  )
}

interface ProofProps {
  title: string
  sub: ReactNode
  children: ReactNode
  /** At the foot of the panel, in line with those of its neighbours. */
  isLast?: boolean
}

export function Proof({ title, sub, children, isLast = false }: ProofProps) {
  return (
    <div className={isLast ? 'say-proof say-last' : 'say-proof'}>
      <h3 className="say-heading">
        {title} <span>{sub}</span>
      </h3>
      {children}
    </div>
  )
}

/** Four small figures in a row. */
export function Fours({ figures }: { figures: { label: ReactNode; value: ReactNode; key: string }[] }) {
  return (
    <dl className="fours">
      {figures.map(({ key, label, value }) => (
        <div key={key}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
