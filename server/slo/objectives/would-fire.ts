import type { ObjectiveSpec } from '../model'
import { burnPairsOf } from './burn-pairs'
import type { Counted } from './counted'
import { burnOf, type Pace } from './evaluate'
import type { WouldFire } from './model'
import { floorTo, lengthMs, minuteMs, type Span } from './objective-window'

/** When each pair of the alert would have fired in a stretch of history, looked at every `stepMs`. */
export function wouldFire(
  spec: Pick<ObjectiveSpec, 'id' | 'target' | 'window' | 'minTotal' | 'urgency'>,
  counted: Counted,
  { span, stepMs }: { span: Span; stepMs: number },
): WouldFire[] {
  const pace: Pace = { budgetLeft: null, windowMs: lengthMs(spec.window), leftMs: null }
  return burnPairsOf(spec.window)
    .flatMap((pair) => {
      const fired: WouldFire[] = []
      for (let to = floorTo(span.from, minuteMs) + stepMs; to <= span.to; to += stepMs) {
        const { isFiring, severity } = burnOf(spec, counted, { pair, pace, to })
        if (!isFiring) continue
        const last = fired.at(-1)
        if (last?.to === to - stepMs) last.to = to
        else fired.push({ pair: pair.pair, severity, from: to - stepMs, to })
      }
      return fired
    })
    .sort((a, b) => a.from - b.from)
}
