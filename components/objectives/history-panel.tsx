import { formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import { Panel } from '@/components/ui'
import type { ObjectiveDetail } from '@/server/api'

interface HistoryPanelProps {
  detail: ObjectiveDetail
  zone: Zone
  now: number
}

const sources = {
  default: 'from the defaults that every pipeline has',
  definition: 'from the pipeline’s definition',
  console: 'made in the console',
}

/** Who changed the promise, when and why. */
export function HistoryPanel({ detail, zone, now }: HistoryPanelProps) {
  const { history, view } = detail
  return (
    <Panel title="History" sub={`version ${view.version}, ${sources[view.source]}`}>
      <table className="table">
        <thead>
          <tr>
            <th>Version</th>
            <th>When</th>
            <th>By</th>
            <th>Why</th>
          </tr>
        </thead>
        <tbody>
          {history.map(({ version, at, by, reason }) => (
            <tr key={version}>
              <td className="font-medium">{version}</td>
              <td className="text-text-2">{formatNear(at, zone, now)}</td>
              <td className="text-text-2">{by}</td>
              <td className="clip" style={{ width: '50%' }} title={reason ?? undefined}>
                {reason ?? <span className="text-text-3">no reason given</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  )
}
