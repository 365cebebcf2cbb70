import Link from 'next/link'
import { formatCount, formatInstant, formatMeasure, formatNear, formatRange } from '@/components/format'
import type { Zone } from '@/components/format'
import { Mark } from '@/components/ui'
import type { CellExplanation } from '@/server/api'

interface FactsProps {
  cell: CellExplanation
  measure: string | null
  zone: Zone
  now: number
}

/** Where it comes from: version, cut, positions, holes, who and why. */
export function Facts({ cell, measure, zone, now }: FactsProps) {
  const { version, counts, definition, lastReconcile, holes, schemas } = cell
  const since = version?.inForceSince ?? null
  return (
    <section className="drawer-section" aria-label="Where it comes from">
      <dl className="kv">
        <dt>Serving</dt>
        <dd>{version ? `v${version.number} (cut of epoch ${version.epoch}) + speed` : 'speed alone'}</dd>
        {since ? (
          <>
            <dt>Published</dt>
            <dd className="kv-wrap">
              {formatNear(since.at, zone, now, 'second')} by {since.actor}
              {since.kind === 'rollback' ? ', a roll back' : ''}
              {since.reason ? `: ${since.reason}` : ''} {since.jobId ? <JobLink id={since.jobId} /> : null}
            </dd>
          </>
        ) : null}
        <dt>Late / duplicate / invalid</dt>
        <dd title="as the speed layer counted as it went">
          {formatCount(counts.late)} / {formatCount(counts.duplicate)} / {formatCount(counts.invalid)}
        </dd>
        <dt>Last reconcile</dt>
        <dd className="kv-wrap">
          {lastReconcile ? (
            <>
              {formatNear(lastReconcile.publishedAt, zone, now, 'second')}, v{lastReconcile.version} by{' '}
              {lastReconcile.actor}
              {lastReconcile.inForce ? '' : ', no longer in force'}{' '}
              {lastReconcile.jobId ? <JobLink id={lastReconcile.jobId} /> : null}
            </>
          ) : (
            'none yet'
          )}
        </dd>
        <dt>Definition</dt>
        <dd className="kv-wrap">
          v{definition.version} by {definition.createdBy}, {formatNear(definition.createdAt, zone, now)}
        </dd>
        {schemas.map(({ subject, atCut, now: newest }) => (
          <Pair key={subject} name="Schema" title={subject}>
            {subject} {atCut === null ? `v${newest ?? '–'}` : `v${atCut} at the cut`}
            {atCut !== null && newest !== null && newest !== atCut ? `, v${newest} now` : ''}
          </Pair>
        ))}
        {version?.digest ? (
          <Pair name="Digest" title={version.digest}>
            <span className="font-mono">{version.digest.slice(0, 12)}</span>
          </Pair>
        ) : null}
        {holes.map((hole) => (
          <Pair key={hole.id} name="Hole" title={hole.reason}>
            <Mark cause="hole" hidden /> {hole.layer}
            {hole.partition === null ? '' : `, partition ${hole.partition}`}, {formatCount(hole.seqFrom)} to{' '}
            {formatCount(hole.seqTo)}: {hole.reason}
            {hole.matters ? '' : ' (not in this answer)'}
          </Pair>
        ))}
      </dl>
      <Positions cell={cell} />
      <Corrections cell={cell} measure={measure} zone={zone} now={now} />
    </section>
  )
}

function Pair({ name, title, children }: { name: string; title: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="kv-wrap" title={title}>
        {children}
      </dd>
    </>
  )
}

function Positions({ cell }: { cell: CellExplanation }) {
  return (
    <table className="positions mt-3">
      <caption className="sr-only">Log positions by partition</caption>
      <thead>
        <tr>
          <th scope="col">Partition</th>
          <th scope="col">batch to</th>
          <th scope="col">speed to</th>
        </tr>
      </thead>
      <tbody>
        {cell.partitions.map(({ partition, cutSeq, speedSeq }) => (
          <tr key={partition}>
            <td>{partition}</td>
            <td className="font-mono">{cutSeq === null ? '–' : formatCount(cutSeq)}</td>
            <td className="font-mono">{formatCount(speedSeq)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Corrections({ cell, measure, zone, now }: FactsProps) {
  if (cell.corrections.length === 0) return null
  return (
    <details className="mt-3">
      <summary className="cursor-pointer font-medium">
        {cell.corrections.length === 1 ? '1 correction' : `${cell.corrections.length} corrections`}{' '}
        <span className="font-normal text-text-3">sent to consumers</span>
      </summary>
      <ul className="mt-1">
        {cell.corrections.map((item) => (
          <li key={item.id} className="flex flex-wrap gap-x-2 py-0.5 text-small">
            <span title={formatInstant(item.at, zone, 'full')}>
              {formatNear(item.at, zone, now, 'second')}
            </span>
            <span className="text-text-3">
              {item.kind}
              {item.version === null ? '' : ` v${item.version}`}
            </span>
            <span className="ml-auto">
              {measure === null ? '' : `${told(item.before?.[measure])} → ${told(item.after?.[measure])}`}
            </span>
            {item.publishedSeq === null ? <span className="text-text-3">not sent yet</span> : null}
          </li>
        ))}
      </ul>
      <p className="sr-only">of the window {formatRange(cell.windowStart, cell.windowEnd, zone, now)}</p>
    </details>
  )
}

const told = (value: number | string | null | undefined) =>
  value === undefined || value === null ? 'no value' : formatMeasure(value)

const JobLink = ({ id }: { id: string }) => (
  <Link className="text-accent underline" href={`/jobs?job=${id}`}>
    its job
  </Link>
)
