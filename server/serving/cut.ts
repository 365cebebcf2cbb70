import type { Instant } from '../pipeline'

/** Up to where a batch run reads: the end of an epoch, with the position of each partition there. */
export interface Cut {
  epoch: number
  /** By partition: every message up to here is before the cut. */
  seqs: number[]
  /** By partition: the watermark at the cut; null before the partition's first event. */
  watermarks: (Instant | null)[]
}
