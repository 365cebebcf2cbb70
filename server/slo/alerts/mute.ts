import { endedMs, type AlertRecord, type Look } from './book'
import { silencedBy } from './silences'
import { depthOf, explains } from './topology'

interface Muting {
  /** Unresolved, and those resolved in this round. */
  alerts: readonly AlertRecord[]
  ended: readonly AlertRecord[]
}

/**
 * What holds each unresolved alert back: the live alert nearest to the root that explains it, what lags behind one
 * that has ended, or a silence. A cause that is only pending mutes too: its effects may well fire before it does.
 */
export function mute({ alerts, ended }: Muting, look: Look, now: number): AlertRecord[] {
  const unresolved = alerts.filter(({ state }) => state !== 'resolved')
  const causes = [...unresolved].sort((a, b) => depthOf(a) - depthOf(b) || a.pendingSince - b.pendingSince)
  const over = [...alerts.filter(({ state }) => state === 'resolved'), ...ended]
  return alerts.map((alert) => {
    if (alert.state === 'resolved') return { ...alert, mutedBy: null, mutedUntil: null }
    const cause = causes.find((one) => explains(one, alert))
    if (cause)
      return { ...alert, mutedBy: { kind: 'alert', id: cause.id, says: cause.title }, mutedUntil: null }
    const lag = lagOf(alert, over, look, now)
    if (lag) return { ...alert, ...lag }
    const silence = silencedBy(look.silences, alert, now)
    return { ...alert, mutedBy: silence?.by ?? null, mutedUntil: silence?.until ?? null }
  })
}

/** Figures over a window lag behind a cause that has ended: muted for the rule's aftermath. */
function lagOf(alert: AlertRecord, over: readonly AlertRecord[], { rules }: Look, now: number) {
  const aftermathMs = (rules.get(alert.rule)?.aftermathS ?? 0) * 1000
  const { mutedBy, mutedUntil } = alert
  if (mutedBy?.kind === 'alert') {
    const endedAt = over.find(({ id }) => id === mutedBy.id)?.resolvedAt ?? null
    const until = mutedUntil ?? (endedAt === null ? null : endedAt + aftermathMs)
    return until !== null && now < until ? { mutedBy, mutedUntil: until } : null
  }
  // Also of one that began a moment after; what was already told of stays told.
  if (alert.incidentId !== null) return null
  const cause = over.find(
    (one) =>
      one.resolvedAt !== null &&
      now < one.resolvedAt + Math.min(aftermathMs, endedMs) &&
      explains(one, alert),
  )
  if (cause?.resolvedAt == null) return null
  return {
    mutedBy: { kind: 'alert' as const, id: cause.id, says: cause.title },
    mutedUntil: cause.resolvedAt + aftermathMs,
  }
}
