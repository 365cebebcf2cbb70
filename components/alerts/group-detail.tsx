import { formatDuration, formatNear, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { QuietGlyph } from '@/components/ui'
import type { AlertGroup, AlertView } from '@/server/api'
import { mutedText } from './alert-words'

interface GroupDetailProps {
  group: AlertGroup
  zone: Zone
  now: number
}

/** Every alert of the cause with its evidence, and what the cause mutes. */
export function GroupDetail({ group, zone, now }: GroupDetailProps) {
  return (
    <>
      <ul>
        {group.alerts.map((alert) => (
          <Alert key={alert.id} alert={alert} isFirst={alert.title === group.title} zone={zone} now={now} />
        ))}
      </ul>
      {group.mutes.length > 0 ? (
        <div className="alert-mutes">
          <span className="font-medium">Muted, because this explains them</span>
          <ul>
            {group.mutes.map(({ id, title, until }) => (
              <li key={id}>
                {title}
                <span className="text-text-3">
                  {until === null ? ' until this ends' : ` until ${formatNear(until, zone, now)}`}
                </span>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </>
  )
}

function Alert({
  alert,
  isFirst,
  zone,
  now,
}: {
  alert: AlertView
  isFirst: boolean
  zone: Zone
  now: number
}) {
  const { rule, state, severity, title, says, pendingSince, firingSince, mutedBy, mutedUntil } = alert
  const facts = evidenceOf(alert, zone, now)
  return (
    <li className="alert-one">
      <QuietGlyph status={state === 'pending' ? 'unknown' : severity === 'page' ? 'bad' : 'warn'} />
      <div className="min-w-0">
        <span className="mono">{rule}</span>{' '}
        <span className="text-text-3">
          {state}, {severity}, {firingSince === null ? 'seen' : 'fires'} for{' '}
          {formatDuration(Math.max(0, now - (firingSince ?? pendingSince)))}
        </span>
        {isFirst ? null : <span className="block">{title}</span>}
        {isFirst ? null : <span className="block text-text-2">{withInstants(says, zone, now)}</span>}
        {mutedBy ? (
          <span className="block text-small text-text-3">
            {mutedText(mutedBy, mutedUntil, { zone, now })}
          </span>
        ) : null}
        {facts.length > 0 ? (
          <dl className="alert-evidence">
            {facts.map(({ name, value }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        ) : null}
      </div>
    </li>
  )
}

const instants = new Set(['from', 'to', 'at', 'quietSince', 'lastAt'])

/** What the rule saw, plain values only, names in words. */
export function evidenceOf(
  { evidence }: Pick<AlertView, 'evidence'>,
  zone: Zone,
  now: number,
): { name: string; value: string }[] {
  return Object.entries(evidence).flatMap(([key, value]) => {
    const name = key
      .replace(/(S|Ms)$/, '')
      .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
    if (typeof value === 'string')
      return value === '' ? [] : [{ name, value: withInstants(value, zone, now) }]
    if (typeof value === 'boolean') return [{ name, value: value ? 'yes' : 'no' }]
    if (Array.isArray(value)) {
      const texts = value.filter((one) => typeof one === 'string' || typeof one === 'number')
      return texts.length > 0 ? [{ name, value: texts.slice(0, 8).join(', ') }] : []
    }
    if (typeof value !== 'number') return []
    if (instants.has(key)) return [{ name, value: formatNear(value, zone, now, 'second') }]
    if (key.endsWith('Ms')) return [{ name, value: formatDuration(value) }]
    if (/[a-z]S$/.test(key)) return [{ name, value: formatDuration(value * 1_000) }]
    return [
      {
        name,
        value: Number.isInteger(value) ? value.toLocaleString('en-US') : String(Number(value.toPrecision(4))),
      },
    ]
  })
}
