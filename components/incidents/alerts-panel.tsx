import { formatDuration, formatNear, plural, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { Glyph, Note, Panel } from '@/components/ui'
import type { IncidentDetail } from '@/server/api'

interface AlertsPanelProps {
  alerts: IncidentDetail['alerts']
  zone: Zone
  now: number
}

/** The alerts it was opened by, and the effects that its cause explains. */
export function AlertsPanel({ alerts, zone, now }: AlertsPanelProps) {
  const firing = alerts.filter(({ state }) => state === 'firing').length
  return (
    <Panel
      title="Alerts"
      sub={alerts.length > 0 ? `${firing} of ${plural(alerts.length, 'alert')} firing` : ''}
    >
      {alerts.length === 0 ? (
        <Note kind="empty" title="No alert">
          It was started by hand.
        </Note>
      ) : (
        <ul>
          {alerts.map((alert) => (
            <li key={alert.id} className="candidate">
              <span className="pt-0.5">
                <Glyph
                  status={alert.state === 'firing' ? (alert.severity === 'page' ? 'bad' : 'warn') : 'ok'}
                  label={alert.state}
                />
              </span>
              <span className="min-w-0">
                <span className="font-medium">{alert.title}</span>
                <span className="block text-text-2 [overflow-wrap:anywhere]">
                  {withInstants(alert.says, zone, now)}
                </span>
                <span className="block text-small text-text-3">
                  <span className="mono">{alert.rule}</span>
                  {alert.mutedBy ? `, muted by ${alert.mutedBy.says}` : ''}
                </span>
              </span>
              <span className="text-small text-text-3">
                {alert.resolvedAt === null
                  ? formatDuration(Math.max(0, now - (alert.firingSince ?? alert.pendingSince)))
                  : `ended ${formatNear(alert.resolvedAt, zone, now)}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
