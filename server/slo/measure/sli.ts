import type { GoodTotal, Sli } from '../model'

export interface KnownMinute extends GoodTotal {
  /** Epoch ms, start of the minute. */
  minute: number
}

export interface SliMinuteRow extends Sli {
  minute: number
  /** As known when it happened. */
  then: GoodTotal
  /** As batch has restated it; the same where it has not. */
  now: GoodTotal
  /** How much of `then.total` probes stood in for: all or nothing. */
  probe: number
}

/** Slices with data, and of these the good ones. */
export interface SliceCounts {
  then: GoodTotal
  now: GoodTotal
}

export interface SliHourRow extends Sli {
  hour: number
  then: GoodTotal
  now: GoodTotal
  probe: number
  /** For timeslices, by `sliceKind`. */
  slices: Readonly<Record<string, SliceCounts>>
}

/** As stored in `sli_hour.slices`. */
export interface HourSlices {
  probe: number
  by: Record<string, SliceCounts>
}

/** `{minutes: 1, target: 0.99}` → `1:0.99`. Minutes divide the hour. */
export const sliceKind = ({ minutes, target }: { minutes: number; target: number }): string =>
  `${minutes}:${target}`
