import { formatDuration, formatNumber, formatPercent, formatShare } from '@/components/format'
import type { Status } from '@/components/ui'
import type { Indicator, ObjectiveSpec, ObjectiveStatus, ObjectiveWindow } from '@/server/api'

interface IndicatorWords {
  name: string
  /** What is counted, in the plural. */
  counted: string
  /** What a good one is, with the threshold written out. */
  good: (threshold: number) => string
  /** What a bad one is called, before what is counted. */
  bad: string
}

const under = (ms: number) => formatDuration(ms)
const percent = (share: number) => `${formatNumber(share * 100, 3)} %`

/** How each indicator is spoken of, everywhere in the console. */
export const indicatorWords: Record<Indicator, IndicatorWords> = {
  latency: { name: 'Latency', counted: 'reads', good: (t) => `answered under ${under(t)}`, bad: 'slow' },
  event_to_view: {
    name: 'Event to view',
    counted: 'events',
    good: (t) => `in view within ${under(t)}`,
    bad: 'late',
  },
  batch: {
    name: 'Batch in time',
    counted: 'runs',
    good: (t) => (t === 1 ? 'within their deadline' : `within ${formatNumber(t, 3)} × their deadline`),
    bad: 'late',
  },
  reconciliation: {
    name: 'Reconciliation',
    counted: 'runs',
    good: (t) => `published within ${formatNumber(t, 3)} × their run`,
    bad: 'slow',
  },
  freshness: { name: 'Freshness', counted: 'reads', good: (t) => `under ${under(t)} old`, bad: 'stale' },
  correctness: { name: 'Correctness', counted: 'cells', good: (t) => `within ${percent(t)}`, bad: 'wrong' },
  backlog: {
    name: 'Backlog',
    counted: 'looks',
    good: (t) => `at most ${formatNumber(t, 6)} events waiting`,
    bad: 'over',
  },
  duplicates: { name: 'Duplicates', counted: 'events', good: () => 'no duplicate', bad: 'duplicate' },
  reruns: { name: 'Reruns', counted: 'attempts', good: () => 'not failed', bad: 'failed' },
  jobs: { name: 'Jobs', counted: 'jobs', good: () => 'succeeded', bad: 'failed' },
}

/** "99 % of reads under 5 s old"; of a composite: "99 %, mean of 3 objectives". */
export function goalWords({ sli, parts, target }: Pick<ObjectiveSpec, 'sli' | 'parts' | 'target'>): string {
  if (!sli) return `${formatShare(target)} %, weighted mean of ${parts.length} objectives`
  const { counted, good } = indicatorWords[sli.indicator]
  return `${formatShare(target)} % of ${counted} ${good(sli.threshold)}`
}

/** The name it goes by in a list beside its pipeline: "Freshness"; of a composite or one of its own: its title. */
export const shortName = ({ sli, title, name }: Pick<ObjectiveSpec, 'sli' | 'title' | 'name'>): string =>
  sli?.indicator.replaceAll('_', '-') === name.replaceAll('_', '-')
    ? indicatorWords[sli.indicator].name
    : title

export function windowWords(window: ObjectiveWindow): string {
  if (window.kind === 'rolling')
    return window.days >= 2
      ? `rolling ${formatNumber(window.days, 3)} d`
      : `rolling ${formatDuration(window.days * 86_400_000)}`
  const { unit, count, zone } = window
  return `${count === 1 ? `calendar ${unit}` : `${count} calendar ${unit}s`}, ${zone}`
}

const statuses: Record<ObjectiveStatus, { status: Status; word: string }> = {
  met: { status: 'ok', word: 'Met' },
  burning: { status: 'warn', word: 'Burning' },
  exhausted: { status: 'bad', word: 'Exhausted' },
  no_data: { status: 'unknown', word: 'No data' },
  low_traffic: { status: 'unknown', word: 'Low traffic' },
}
const unevaluated = { status: 'unknown' as const, word: 'Not evaluated yet' }

export const statusWords = (status: ObjectiveStatus | undefined): { status: Status; word: string } =>
  status ? statuses[status] : unevaluated

/** 3.2×, 0.27×, 100×; a burn rate needs no more digits. */
export const burnText = (rate: number): string =>
  `${rate > 0 && rate < 0.01 ? '< 0.01' : rate >= 100 ? Math.round(rate).toLocaleString('en-US') : formatNumber(Number(rate.toPrecision(rate >= 10 ? 3 : 2)), 3)}×`

/** What is left of a budget: per cent, and beyond ten times overspent as a multiple. */
export const budgetFigure = (left: number): { value: string; unit: string } =>
  left < -10
    ? { value: formatNumber(Number(left.toPrecision(3)), 3), unit: '×' }
    : { value: left < -1 ? formatNumber(Math.round(left * 100), 4) : formatPercent(left), unit: '%' }
