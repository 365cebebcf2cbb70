import type { Indicator } from '../model'

interface IndicatorRow {
  title: string
  /** What one value is, in the plural. */
  counted: string
  /** Null: a value is bad or not, and the threshold is 0. */
  unit: 'ms' | 'events' | 'ratio' | 'share' | null
  /** What a bad one did, said after "2 of 10 reads"; `{threshold}` is filled in. */
  bad: string
  /** Below this many in a burn window nothing fires, where the objective does not say otherwise. */
  minTotal: number
}

export const indicatorTable: Record<Indicator, IndicatorRow> = {
  latency: {
    title: 'Reads are fast',
    counted: 'reads',
    unit: 'ms',
    bad: 'took longer than {threshold}',
    minTotal: 20,
  },
  event_to_view: {
    title: 'Events are in view soon',
    counted: 'events',
    unit: 'ms',
    bad: 'were in view later than {threshold}',
    minTotal: 20,
  },
  batch: {
    title: 'Batch runs end in time',
    counted: 'runs',
    unit: 'ratio',
    bad: 'took longer than {threshold} times their deadline',
    minTotal: 3,
  },
  reconciliation: {
    title: 'Runs are published soon after they end',
    counted: 'runs',
    unit: 'ratio',
    bad: 'took longer to publish than {threshold} times their run',
    minTotal: 3,
  },
  freshness: {
    title: 'Reads are fresh',
    counted: 'reads',
    unit: 'ms',
    bad: 'lacked events older than {threshold}',
    minTotal: 20,
  },
  correctness: {
    title: 'Batch confirms what was served',
    counted: 'cells',
    unit: 'share',
    bad: 'differed by more than {threshold}',
    minTotal: 20,
  },
  backlog: {
    title: 'The backlog is small',
    counted: 'looks',
    unit: 'events',
    bad: 'found more than {threshold} waiting',
    minTotal: 10,
  },
  duplicates: {
    title: 'Events come once',
    counted: 'events',
    unit: null,
    bad: 'were duplicates',
    minTotal: 1_000,
  },
  reruns: {
    title: 'Job attempts succeed',
    counted: 'attempts',
    unit: null,
    bad: 'failed',
    minTotal: 5,
  },
  jobs: {
    title: 'Jobs succeed',
    counted: 'jobs',
    unit: null,
    bad: 'failed or were left partial',
    minTotal: 5,
  },
}

export const unitOf = (indicator: Indicator) => indicatorTable[indicator].unit

/** `300 ms`, `5 s`, `1,000 events`, `0.1 %`, `2`. */
export function thresholdText(indicator: Indicator, threshold: number): string {
  switch (indicatorTable[indicator].unit) {
    case 'ms':
      return threshold >= 1_000 ? `${threshold / 1_000} s` : `${threshold} ms`
    case 'events':
      return `${threshold.toLocaleString('en-US')} events`
    case 'share':
      return `${Number((threshold * 100).toPrecision(6))} %`
    default:
      return String(threshold)
  }
}

export const badText = (indicator: Indicator, threshold: number): string =>
  indicatorTable[indicator].bad.replace('{threshold}', thresholdText(indicator, threshold))
