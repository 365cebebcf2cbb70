'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { csvRows, formatCount, formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import { Failed, Glyph, Note, Panel, PanelMenu, SkeletonRows } from '@/components/ui'
import { keepView } from '@/components/view'
import type { DebugView, SchemaTrouble } from '@/server/api'
import { ErrorSteps } from './error-steps'

interface SchemaPanelProps {
  view: DebugView | null
  stale: boolean
  zone: Zone
  now: number
}

/** Which schemas changed, field by field, and who reads them. */
export function SchemaChangesPanel({ view, stale, zone, now }: SchemaPanelProps) {
  const params = useSearchParams()
  const schemas = view?.schemas ?? null
  return (
    <Panel title="Schema changes" sub="of this range, and the newest of each subject" stale={stale}>
      {body()}
    </Panel>
  )

  function body() {
    if (!view) return <SkeletonRows rows={4} widths={[180, 60, 60]} />
    if (!schemas)
      return <Failed title="The schemas did not load" message="They are tried again by themselves." />
    if (schemas.changes.length === 0)
      return (
        <Note kind="empty" title="No schema is registered">
          Events of a type with a schema are checked against it. Register one with{' '}
          <code className="mono">npx parallax schema register</code>.
        </Note>
      )
    return (
      <ul>
        {schemas.changes.map((change) => (
          <li key={`${change.subject} ${change.version}`} className="failing-row">
            <Glyph status={riskOf(change)} label={riskWords[riskOf(change)]} />
            <span className="min-w-0">
              <span className="font-medium">{change.subject}</span> version {change.version}{' '}
              <span className="text-text-3">
                {formatNear(change.at, zone, now)}, behind seq {formatCount(change.sinceSeq)}
              </span>
              <span className="block text-small text-text-2">
                <Difference change={change.change} />
              </span>
            </span>
            <span className="failing-action">
              {change.pipelines.slice(0, 3).map((name) => (
                <Link
                  key={name}
                  className="link ml-2 inline-flex min-h-6 items-center"
                  href={keepView(`/pipelines/${encodeURIComponent(name)}`, params)}
                >
                  {name}
                </Link>
              ))}
              {change.pipelines.length > 3 ? ` and ${change.pipelines.length - 3} more` : ''}
            </span>
          </li>
        ))}
      </ul>
    )
  }
}

type Change = SchemaTrouble['changes'][number]

const riskOf = ({ change }: Change) =>
  change !== null && (change.removed.length > 0 || change.changed.length > 0) ? 'warn' : 'unknown'
const riskWords = { warn: 'Fields went or changed', unknown: 'Nothing went' }

const shown = 6

function Difference({ change }: Pick<Change, 'change'>) {
  if (change === null) return <>the first version</>
  const parts = [
    { sign: '+', says: 'added', paths: change.added },
    { sign: '−', says: 'removed', paths: change.removed },
    { sign: '~', says: 'changed', paths: change.changed },
  ].filter(({ paths }) => paths.length > 0)
  if (parts.length === 0) return <>no field changed</>
  return (
    <span className="change-tags">
      {parts.map(({ sign, says, paths }) => (
        <span key={sign}>
          {says}{' '}
          {paths.slice(0, shown).map((path) => (
            <code key={path} className="mono mr-1.5">
              {sign}
              {path}
            </code>
          ))}
          {paths.length > shown ? `and ${paths.length - shown} more` : ''}
        </span>
      ))}
    </span>
  )
}

/** Events that did not fit, when, by type and reason. */
export function ValidationPanel({ view, stale, zone, now }: SchemaPanelProps) {
  const schemas = view?.schemas ?? null
  return (
    <Panel
      title="Validation errors"
      sub="refused by the gateway, or parked from the log"
      stale={stale}
      actions={
        schemas && schemas.errors.length > 0 ? (
          <PanelMenu name="validation-errors" csv={() => errorsCsv(schemas)} />
        ) : null
      }
    >
      {body()}
    </Panel>
  )

  function body() {
    if (!view) return <SkeletonRows rows={4} widths={[180, 60, 60]} />
    if (!schemas)
      return <Failed title="The errors did not load" message="They are tried again by themselves." />
    if (schemas.errors.length === 0)
      return (
        <Note kind="done" title="Every event was fit">
          In this range the gateway refused none and none was parked.
        </Note>
      )
    return (
      <>
        <div className="panel-body">
          <ErrorSteps schemas={schemas} from={view.from} to={view.to} zone={zone} />
        </div>
        <div className="max-h-[260px] overflow-auto" tabIndex={0} role="region" aria-label="Errors by type">
          <table className="table">
            <thead>
              <tr>
                <th>Type</th>
                <th>Reason</th>
                <th className="number">Events</th>
                <th className="number">Last</th>
              </tr>
            </thead>
            <tbody>
              {schemas.errors.map((error) => (
                <tr key={`${error.at} ${error.type} ${error.code}`}>
                  <td className="two-lines">
                    <span className="font-medium">{error.type === '' ? 'unknown' : error.type}</span>
                    <span className="second">
                      {error.at === 'gateway' ? 'refused' : 'parked'}
                      {error.source ? `, ${error.source}` : ''}
                    </span>
                  </td>
                  <td className="two-lines clip w-full">
                    <span className="mono">{error.code}</span>
                    <span className="second truncate" title={error.reason ?? undefined}>
                      {error.reason}
                    </span>
                  </td>
                  <td className="number">{formatCount(error.count)}</td>
                  <td className="number text-text-2">{formatNear(error.lastAt, zone, now)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </>
    )
  }
}

const errorsCsv = ({ errors }: SchemaTrouble): string =>
  csvRows([
    ['at', 'type', 'code', 'count', 'lastAt', 'reason', 'source'],
    ...errors.map((error) => [
      error.at,
      error.type,
      error.code,
      error.count,
      new Date(error.lastAt).toISOString(),
      error.reason,
      error.source,
    ]),
  ])
