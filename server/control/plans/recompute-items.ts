import type { JobItem, PlanItem } from '../model'
import type { Range } from './window-range'

export const rangesOf = (items: readonly PlanItem[]): Range[] =>
  items.flatMap(({ from, to }) => (from === null || to === null ? [] : [{ from, to }]))

export const queuedItem = ({
  id,
  label,
  from,
  to,
}: Pick<PlanItem, 'id' | 'label' | 'from' | 'to'>): JobItem => ({
  id,
  label,
  from,
  to,
  status: 'queued',
  version: null,
  rows: null,
  error: null,
})
