import type { AlertFacts, QualityFact } from './facts'
import { finding, type Finding } from './finding'
import type { RuleTable } from './rules'
import { count, percent, plural, span } from './words'

/** Below this many events a share says nothing. */
const eventsNeeded = 100
/** A producer that breaks its schema breaks more of its events than this; fewer are single bad ones. */
const brokenShare = 0.01

/** What producers send, what it costs, and who asks: everything that comes from outside. */
export function judgeData(facts: AlertFacts, rules: RuleTable): Finding[] {
  const ownerOf = (name: string) => facts.pipelines?.find(({ pipeline }) => pipeline === name)?.owner ?? null
  return [
    ...(facts.quality ?? []).flatMap((fact) => judgeQuality(fact, rules, ownerOf(fact.pipeline))),
    ...judgeRejections(facts, rules),
    ...judgeCosts(facts, rules, ownerOf),
    ...judgeAccess(facts, rules),
  ]
}

function judgeQuality(fact: QualityFact, rules: RuleTable, owner: string | null): Finding[] {
  const { pipeline, eventType, events, duplicates, late, minutes } = fact
  if (events < eventsNeeded) return []
  const isBeyond = (rule: string, part: number) => part / events > (rules.get(rule)?.threshold ?? Infinity)
  const shared = { pipeline, owner, evidence: { eventType, events, duplicates, late, minutes } }
  const found: Finding[] = []
  if (isBeyond('duplicates.rate', duplicates))
    found.push(
      finding('duplicates.rate', {
        ...shared,
        cause: `duplicates:${pipeline}`,
        title: `Many duplicates in ${pipeline}`,
        says: `${percent(duplicates / events)} of ${count(events)} events of the last ${plural(minutes, 'minute')} came twice. They were counted once.`,
      }),
    )
  if (isBeyond('late.ratio', late))
    found.push(
      finding('late.ratio', {
        ...shared,
        cause: `late:${pipeline}`,
        title: `Many late events in ${pipeline}`,
        says: `${percent(late / events)} of ${count(events)} events of the last ${plural(minutes, 'minute')} came after their window was closed. Batch will count them.`,
      }),
    )
  return found
}

/** Events taken of a type; of all types for one that nobody reads, as what is no JSON at all. */
function takenIn(quality: readonly QualityFact[]): (type: string) => number {
  const taken = new Map<string, number>()
  for (const { eventType, events } of quality)
    taken.set(eventType, Math.max(events, taken.get(eventType) ?? 0))
  const all = [...taken.values()].reduce((sum, events) => sum + events, 0)
  return (type) => taken.get(type) ?? all
}

function judgeRejections({ rejections, pipelines, quality }: AlertFacts, rules: RuleTable): Finding[] {
  const limit = rules.get('schema.errors')?.threshold ?? Infinity
  const takenOf = takenIn(quality ?? [])
  return (rejections ?? [])
    .filter(
      (fact) => fact.count >= limit && fact.count >= brokenShare * (fact.count + takenOf(fact.eventType)),
    )
    .map(({ eventType, count: events, minutes, codes, sources, example }) => {
      const readers = (pipelines ?? []).filter((one) => one.eventType === eventType)
      return finding('schema.errors', {
        cause: `schema:${eventType}`,
        pipeline: readers.length === 1 ? (readers[0]?.pipeline ?? null) : null,
        owner: readers[0]?.owner ?? null,
        title: `${eventType} events are refused`,
        says: `${plural(events, 'event')} in ${plural(minutes, 'minute')} could not be taken (${codes.join(', ')})${example === null ? '' : `: ${example}`}`,
        evidence: {
          eventType,
          count: events,
          codes,
          sources,
          pipelines: readers.map(({ pipeline }) => pipeline),
        },
      })
    })
}

function judgeCosts(
  { costs }: AlertFacts,
  rules: RuleTable,
  ownerOf: (pipeline: string) => string | null,
): Finding[] {
  return (costs ?? []).flatMap(({ pipeline, currency, anomaly, budget }) => {
    const shared = { cause: `cost:${pipeline}`, pipeline: pipeline || null, owner: ownerOf(pipeline) }
    const of = pipeline || 'the installation'
    const money = (amount: number) => `${amount.toFixed(2)} ${currency}`
    const found: Finding[] = []
    // An hour whose usual cost never varied has no z: it is unusual by any measure.
    if (anomaly && Math.abs(anomaly.z ?? Infinity) >= (rules.get('cost.anomaly')?.threshold ?? Infinity))
      found.push(
        finding('cost.anomaly', {
          ...shared,
          title: `The cost of ${of} is unusual`,
          says: anomaly.says,
          evidence: { ...anomaly },
        }),
      )
    const limit = budget && budget.monthly * (rules.get('cost.budget')?.threshold ?? Infinity)
    if (budget && limit !== null && Math.max(budget.spent, budget.forecast ?? 0) > limit)
      found.push(
        finding('cost.budget', {
          ...shared,
          title: `The budget of ${of} will not last`,
          says: `${money(budget.spent)} of ${money(budget.monthly)} are spent this month${budget.forecast === null ? '' : `; the forecast is ${money(budget.forecast)}`}.`,
          evidence: { ...budget },
        }),
      )
    return found
  })
}

const judgeAccess = ({ access }: AlertFacts, rules: RuleTable): Finding[] =>
  (access ?? [])
    .filter(({ count: times }) => times >= (rules.get('access.suspicious')?.threshold ?? Infinity))
    .map(({ who, count: times, minutes, kinds, lastAt }) =>
      finding('access.suspicious', {
        cause: `access:${who}`,
        title: `Suspicious access from ${who}`,
        says: `${plural(times, 'refusal')} in ${span(minutes * 60)}: ${kinds.join(', ')}.`,
        evidence: { who, count: times, kinds, lastAt },
      }),
    )
