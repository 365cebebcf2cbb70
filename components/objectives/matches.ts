import type { ObjectiveStatus, ObjectiveView } from '@/server/api'
import { goalWords, indicatorWords, statusWords } from './objective-words'

export interface ObjectiveFilter {
  text: string
  status: ObjectiveStatus | null
  owner: string | null
  indicator: string | null
}

export const isFiltered = ({ text, status, owner, indicator }: ObjectiveFilter): boolean =>
  text.trim() !== '' || status !== null || owner !== null || indicator !== null

/** Every word of the text must occur somewhere in what the row says or is labelled with. */
export function matches(
  objective: ObjectiveView,
  { text, status, owner, indicator }: ObjectiveFilter,
): boolean {
  if (status !== null && objective.state?.status !== status) return false
  if (owner !== null && objective.owner !== owner) return false
  if (indicator !== null && (objective.sli?.indicator ?? 'composite') !== indicator) return false
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const said = [
    objective.id,
    objective.title,
    objective.owner,
    objective.sli ? indicatorWords[objective.sli.indicator].name : 'composite',
    goalWords(objective),
    statusWords(objective.state?.status).word,
    ...Object.entries(objective.labels).map(([label, value]) => `${label}:${value}`),
  ]
    .join('\n')
    .toLowerCase()
  return words.every((word) => said.includes(word))
}
