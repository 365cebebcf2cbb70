import type { LiveState } from './use-watch'

/** Older than this, a page no longer claims to be live. */
export const staleAfterMs = 12_000

export type Liveness = 'connecting' | 'live' | 'stale' | 'down'

export function liveness(state: LiveState, lastAt: number | null, now: number): Liveness {
  if (lastAt === null) return state === 'down' ? 'down' : 'connecting'
  if (now - lastAt > staleAfterMs) return state === 'down' ? 'down' : 'stale'
  return 'live'
}

/** Figures are shown that nothing confirms any more: no glyph may call them good. */
export const isOld = (state: Liveness): boolean => state === 'stale' || state === 'down'
