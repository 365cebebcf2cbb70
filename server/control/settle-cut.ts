import type { Nats } from '../clients'
import { firstAfter } from '../log'
import type { Cut } from '../serving'

/**
 * How far a cut is settled, by partition. A quiet partition's watermark stands still although nothing is missing:
 * where the log holds nothing unread at the cut, everything logged before it is folded, so its watermark may stand
 * at the cut's own instant less the out-of-order bound; where something is unread, at that message's log time less it.
 */
export async function settleCut(
  nats: Nats,
  cut: Cut,
  at: { cutMs: number; eventType: string; outOfOrderMs: number },
): Promise<Cut> {
  const watermarks = await Promise.all(
    cut.seqs.map(async (seq, partition) => {
      const unread = await firstAfter(nats, seq, `events.${at.eventType}.${partition}`)
      const readUpTo = Math.min(at.cutMs, unread ?? at.cutMs) - at.outOfOrderMs
      return Math.max(readUpTo, cut.watermarks[partition] ?? readUpTo)
    }),
  )
  return { ...cut, watermarks }
}
