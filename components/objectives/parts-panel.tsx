import { Panel } from '@/components/ui'
import type { ObjectiveView } from '@/server/api'
import { ObjectiveTable } from './objective-table'

interface PartsPanelProps {
  view: ObjectiveView
  objectives: readonly ObjectiveView[] | null
  now: number
}

/** What a composite is the weighted mean of; each with its own budget. */
export function PartsPanel({ view, objectives, now }: PartsPanelProps) {
  const weights = new Map(view.parts.map(({ id, weight }) => [id, weight]))
  const parts = objectives?.filter(({ id }) => weights.has(id)) ?? []
  const isEqual = new Set(weights.values()).size <= 1
  return (
    <Panel
      title="Made of"
      sub={
        isEqual
          ? 'equal weights, worst budget first'
          : `weights ${[...weights].map(([id, weight]) => `${id} ${weight}`).join(', ')}`
      }
    >
      <ObjectiveTable objectives={parts} now={now} />
    </Panel>
  )
}
