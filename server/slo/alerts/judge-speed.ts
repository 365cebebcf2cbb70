import type { AlertFacts, KeysFact, PipelineFact } from './facts'
import { finding, type Finding } from './finding'
import type { RuleTable } from './rules'
import { count, span } from './words'

export function judgeSpeed(facts: AlertFacts, rules: RuleTable, now: number): Finding[] {
  const pipelines = facts.pipelines ?? []
  const held = (facts.keys ?? []).flatMap((fact) => judgeKeys(fact, facts, rules))
  const others = pipelines.flatMap((pipeline) => [
    ...judgeOutage(pipeline, rules),
    ...judgeBacklog(pipeline, rules),
    ...judgeLoss(pipeline, rules, now),
    ...judgeAbsence(pipeline, facts, rules, now),
  ])
  return [...held, ...others]
}

function judgeKeys(fact: KeysFact, { pipelines }: AlertFacts, rules: RuleTable): Finding[] {
  const { pipeline, keys, limit, windowStart, isHeld } = fact
  const share = rules.get('cardinality.limit')?.threshold ?? Infinity
  if (!isHeld && keys < limit * share) return []
  const known = pipelines?.find((one) => one.pipeline === pipeline)
  const window = new Date(windowStart).toISOString()
  return [
    finding('cardinality.limit', {
      cause: `speed:${pipeline}`,
      pipeline,
      ...(known && { owner: known.owner }),
      // Near the limit everything still runs.
      ...(!isHeld && { severity: 'ticket' as const }),
      title: isHeld
        ? `The speed layer of ${pipeline} was stopped: too many keys`
        : `A window of ${pipeline} is near the most keys it may have`,
      says: `The window of ${window} has ${count(keys)} keys; it may have ${count(limit)}.${isHeld ? ' Its events wait in the log; nothing is lost.' : ''}`,
      evidence: { windowStart, keys, limit },
    }),
  ]
}

/** `behind` is an outage only while it does not catch up: a replay of history is behind, and gets there. */
function isStanding({ diagnosis, growth }: PipelineFact): boolean {
  if (diagnosis === 'current' || diagnosis === 'no_data') return false
  return diagnosis !== 'behind' || (growth !== null && growth >= 0)
}

function judgeOutage(fact: PipelineFact, rules: RuleTable): Finding[] {
  const limitS = rules.get('speed.outage')?.threshold ?? Infinity
  const { pipeline, owner, waiting, oldestS, diagnosis, says } = fact
  if (!isStanding(fact) || waiting === 0 || oldestS < limitS) return []
  return [
    finding('speed.outage', {
      cause: `speed:${pipeline}`,
      pipeline,
      owner,
      // Somebody wanted it so; it must only not be forgotten.
      ...(diagnosis === 'paused' && { severity: 'ticket' as const }),
      title: `The speed layer of ${pipeline} stands still (${diagnosis})`,
      says: `${count(waiting)} events wait, the oldest ${span(oldestS)}. ${says}`,
      evidence: { diagnosis, waiting, oldestS: Math.round(oldestS) },
    }),
  ]
}

function judgeBacklog(
  { pipeline, owner, waiting, oldestS, growth, diagnosis }: PipelineFact,
  rules: RuleTable,
): Finding[] {
  const limit = rules.get('backlog.growing')?.threshold ?? Infinity
  if (diagnosis === 'paused' || waiting <= limit || growth === null || growth <= 0) return []
  return [
    finding('backlog.growing', {
      cause: `speed:${pipeline}`,
      pipeline,
      owner,
      title: `The backlog of ${pipeline} grows`,
      says: `${count(waiting)} events wait, ${count(growth)} more than two minutes ago; the oldest is ${span(oldestS)} old.`,
      evidence: { diagnosis, waiting, growth, oldestS: Math.round(oldestS) },
    }),
  ]
}

function judgeLoss(
  { pipeline, owner, catchUpAt, timeToDataLossS, waiting }: PipelineFact,
  rules: RuleTable,
  now: number,
): Finding[] {
  if (timeToDataLossS === null) return []
  const limitS = rules.get('backlog.retention')?.threshold ?? 0
  const catchUpS = catchUpAt === null ? null : Math.max(0, (catchUpAt - now) / 1000)
  const isTooSlow = waiting > 0 && catchUpS !== null && catchUpS > timeToDataLossS
  if (timeToDataLossS >= limitS && !isTooSlow) return []
  const catchUp = catchUpS === null ? 'it is not catching up' : `catching up takes ${span(catchUpS)}`
  return [
    finding('backlog.retention', {
      cause: `speed:${pipeline}`,
      pipeline,
      owner,
      title: `Events of ${pipeline} will be lost before they are counted`,
      says: `The log drops what waits in ${span(timeToDataLossS)}; ${catchUp}.`,
      evidence: { timeToDataLossS, catchUpS },
    }),
  ]
}

function judgeAbsence(fact: PipelineFact, { traffic }: AlertFacts, rules: RuleTable, now: number): Finding[] {
  const quiet = traffic?.find(({ pipeline }) => pipeline === fact.pipeline)
  const limitS = rules.get('events.absent')?.threshold ?? Infinity
  // What waits has arrived; a pause says itself why nothing moves.
  if (!quiet || fact.waiting > 0 || fact.diagnosis === 'paused') return []
  const quietS = (now - quiet.quietSince) / 1000
  if (quietS < limitS) return []
  const { pipeline, owner, eventType } = fact
  return [
    finding('events.absent', {
      cause: `absent:${eventType}`,
      pipeline,
      owner,
      title: `No ${eventType} events arrive`,
      says: `Nothing came for ${span(quietS)}; in the hour before, ${quiet.busyMinutes} of 60 minutes had events.`,
      evidence: { eventType, quietSince: quiet.quietSince, busyMinutes: quiet.busyMinutes },
    }),
  ]
}
