import { Choice } from '@/components/ui'
import type { ObjectiveView } from '@/server/api'
import { indicatorWords, statusWords } from './objective-words'
import { objectiveStatuses } from './use-objective-search'
import type { useObjectiveSearch } from './use-objective-search'

interface ObjectiveFiltersProps {
  objectives: readonly ObjectiveView[]
  search: ReturnType<typeof useObjectiveSearch>
}

const all = 'all'

/** By status, owner and what is measured; each choice says how many it has. */
export function ObjectiveFilters({ objectives, search }: ObjectiveFiltersProps) {
  const { filter, setStatus, setOwner, setIndicator } = search
  const count = (is: (objective: ObjectiveView) => boolean) => String(objectives.filter(is).length)
  const indicatorOf = ({ sli }: ObjectiveView) => sli?.indicator ?? 'composite'
  const owners = [...new Set(objectives.map(({ owner }) => owner))].sort()
  const kinds = [...new Set(objectives.map(indicatorOf))].sort()
  return (
    <div className="mb-3 flex flex-wrap gap-1.5" role="group" aria-label="Filters">
      <Choice
        label="Status"
        value={filter.status ?? all}
        options={[
          { value: all, label: 'Any status', note: String(objectives.length) },
          ...objectiveStatuses.map((status) => ({
            value: status,
            label: statusWords(status).word,
            note: count(({ state }) => state?.status === status),
          })),
        ]}
        onChange={(next) => void setStatus(objectiveStatuses.find((status) => status === next) ?? null)}
      />
      <Choice
        label="Owner"
        value={filter.owner ?? all}
        options={[
          { value: all, label: 'Any owner' },
          ...owners.map((owner) => ({
            value: owner,
            label: owner,
            note: count((objective) => objective.owner === owner),
          })),
        ]}
        onChange={(next) => void setOwner(next === all ? null : next)}
      />
      <Choice
        label="Indicator"
        value={filter.indicator ?? all}
        options={[
          { value: all, label: 'Any indicator' },
          ...kinds.map((kind) => ({
            value: kind,
            label: kind === 'composite' ? 'Composite' : indicatorWords[kind].name,
            note: count((objective) => indicatorOf(objective) === kind),
          })),
        ]}
        onChange={(next) => void setIndicator(next === all ? null : next)}
      />
    </div>
  )
}
