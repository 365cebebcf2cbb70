import { coolDownMs, type AlertRecord, type Book, type Look } from './book'
import { fingerprintOf, type Finding } from './finding'
import type { AlertRule } from './rules'

export interface Lived {
  alerts: AlertRecord[]
  dropped: number[]
}

/**
 * pending → firing → resolved, alert by alert, without regard to others.
 *
 * 1. At most one unresolved alert has a fingerprint.
 * 2. It fires once its finding has held for the rule's `forS`; one that goes before is dropped.
 * 3. It resolves after the rule's `quietS` without a finding; of an incident that was opened again, after the
 *    cool-down, so that nothing flaps.
 * 4. While its rule is blind it neither fires nor resolves, and its quiet begins anew after.
 */
export function live(previous: Book, look: Look, now: number, newId: () => number): Lived {
  const found = new Map(look.findings.map((one) => [fingerprintOf(one), one]))
  const known = new Set(previous.alerts.map(({ fingerprint }) => fingerprint))
  const dropped: number[] = []
  const kept = previous.alerts.flatMap((alert) => {
    const finding = found.get(alert.fingerprint)
    const next = finding ? seen(alert, finding, look, now) : unseen(alert, previous, look, now)
    if (next === null) dropped.push(alert.id)
    return next ?? []
  })
  const fresh = [...found]
    .filter(([fingerprint]) => !known.has(fingerprint))
    .flatMap(([, finding]) => {
      const rule = look.rules.get(finding.rule)
      return rule ? [begin(finding, rule, look, { now, id: newId() })] : []
    })
  return { alerts: [...kept, ...fresh], dropped }
}

function begin(
  finding: Finding,
  rule: AlertRule,
  look: Look,
  { now, id }: { now: number; id: number },
): AlertRecord {
  return {
    id,
    fingerprint: fingerprintOf(finding),
    rule: finding.rule,
    cause: finding.cause,
    ...facts(finding, look),
    state: rule.forS === 0 ? 'firing' : 'pending',
    mutedBy: null,
    mutedUntil: null,
    pendingSince: now,
    firingSince: rule.forS === 0 ? now : null,
    lastSeenAt: now,
    resolvedAt: null,
    incidentId: null,
  }
}

function facts(finding: Finding, { rules, runbooks }: Look) {
  const rule = rules.get(finding.rule)
  const { pipeline, objectiveId, owner, title, says, evidence } = finding
  return {
    severity: finding.severity ?? rule?.severity ?? 'ticket',
    pipeline,
    objectiveId,
    owner,
    title,
    says,
    evidence,
    runbook: runbooks.get(finding.rule) ?? rule?.runbook ?? null,
  } as const
}

function seen(alert: AlertRecord, finding: Finding, look: Look, now: number): AlertRecord {
  const forMs = (look.rules.get(alert.rule)?.forS ?? 0) * 1000
  const fires = alert.state === 'pending' && now - alert.pendingSince >= forMs
  return {
    ...alert,
    ...facts(finding, look),
    lastSeenAt: now,
    ...(fires && { state: 'firing' as const, firingSince: now }),
  }
}

function unseen(alert: AlertRecord, previous: Book, look: Look, now: number): AlertRecord | null {
  if (look.blindRules.has(alert.rule)) return { ...alert, lastSeenAt: now }
  if (alert.state === 'pending') return null
  const incident = previous.incidents.find(({ id }) => id === alert.incidentId)
  const wasReopened = incident !== undefined && incident.reopenedAt !== null && incident.cause === alert.cause
  const quietMs = wasReopened ? coolDownMs : (look.rules.get(alert.rule)?.quietS ?? 0) * 1000
  return now - alert.lastSeenAt >= quietMs ? { ...alert, state: 'resolved', resolvedAt: now } : alert
}
