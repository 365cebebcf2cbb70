import { Segmented } from '@/components/ui'
import type { PauseDraft } from './draft'

const minute = 60_000
const lengths = [
  { value: '15', label: '15 min' },
  { value: '60', label: '1 h' },
  { value: '240', label: '4 h' },
  { value: 'open', label: 'Until resumed' },
] as const
const layers = [
  { value: 'speed', label: 'Speed' },
  { value: 'batch', label: 'Batch' },
] as const

interface PauseOptionsProps {
  draft: PauseDraft
  onPlan: (draft: PauseDraft) => void
}

/** Which layer stands still, and until when it does so at the longest. */
export function PauseOptions({ draft, onPlan }: PauseOptionsProps) {
  const length = draft.forMs === null ? 'open' : String(Math.round(draft.forMs / minute))
  return (
    <div className="plan-options">
      <div className="plan-row">
        <span className="plan-label">Layer</span>
        <Segmented
          label="Layer"
          value={draft.layer}
          options={layers}
          onChange={(layer) => onPlan({ ...draft, layer })}
        />
      </div>
      <div className="plan-row">
        <span className="plan-label">For</span>
        <Segmented
          label="For how long"
          value={length}
          options={lengths}
          onChange={(next) => onPlan({ ...draft, forMs: next === 'open' ? null : Number(next) * minute })}
        />
      </div>
    </div>
  )
}
