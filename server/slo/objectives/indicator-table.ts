import type { Indicator } from '../model'

interface IndicatorRow {
  /** Said before "of departures". */
  title: string
  /** What one value is, in the plural. */
  counted: string
  /** Null: a value is bad or not, and the threshold is 0. */
  unit: 'ms' | 'events' | 'ratio' | 'share' | null
  /** What a bad one did, said after "2 of 10 reads"; `{threshold}` is filled in. */
  bad: string
  /** Below this many in a burn window nothing fires, where the objective does not say otherwise. */
  minTotal: number
  /** What a default target is, and whether its fast burns wake somebody (M1 to M11 of the guide). */
  target: number
  urgency: 'page' | 'ticket'
}

export const indicatorTable: Record<Indicator, IndicatorRow> = {
  latency: {
    title: 'Read latency',
    counted: 'reads',
    unit: 'ms',
    bad: 'took longer than {threshold}',
    minTotal: 20,
    target: 0.95,
    urgency: 'page',
  },
  event_to_view: {
    title: 'Event to view',
    counted: 'events',
    unit: 'ms',
    bad: 'were in view later than {threshold}',
    minTotal: 20,
    target: 0.99,
    urgency: 'page',
  },
  batch: {
    title: 'Batch completion',
    counted: 'runs',
    unit: 'ratio',
    bad: 'took longer than {threshold} times their deadline',
    minTotal: 3,
    target: 0.99,
    urgency: 'ticket',
  },
  reconciliation: {
    title: 'Reconciliation delay',
    counted: 'runs',
    unit: 'ratio',
    bad: 'took longer to publish than {threshold} times their run',
    minTotal: 3,
    target: 0.99,
    urgency: 'ticket',
  },
  freshness: {
    title: 'Freshness',
    counted: 'reads',
    unit: 'ms',
    bad: 'lacked events older than {threshold}',
    minTotal: 20,
    target: 0.99,
    urgency: 'page',
  },
  correctness: {
    title: 'Correctness',
    counted: 'cells',
    unit: 'share',
    bad: 'differed by more than {threshold}',
    minTotal: 20,
    target: 0.999,
    urgency: 'page',
  },
  backlog: {
    title: 'Backlog',
    counted: 'looks',
    unit: 'events',
    bad: 'found more than {threshold} waiting',
    minTotal: 10,
    target: 0.99,
    urgency: 'ticket',
  },
  duplicates: {
    title: 'Duplicates',
    counted: 'events',
    unit: null,
    bad: 'were duplicates',
    minTotal: 1_000,
    target: 0.9999,
    urgency: 'ticket',
  },
  reruns: {
    title: 'Job attempts',
    counted: 'attempts',
    unit: null,
    bad: 'failed',
    minTotal: 5,
    target: 0.99,
    urgency: 'ticket',
  },
  jobs: {
    title: 'Job success',
    counted: 'jobs',
    unit: null,
    bad: 'failed or were left partial',
    minTotal: 5,
    target: 0.999,
    urgency: 'ticket',
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
