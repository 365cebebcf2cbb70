import type { AlertFacts, FactPart } from './facts'
import { finding, type Finding } from './finding'
import { judgeBatch } from './judge-batch'
import { judgeData } from './judge-data'
import { judgeObjectives } from './judge-objectives'
import { judgePlatform } from './judge-platform'
import { judgeSpeed } from './judge-speed'
import { judgeStores } from './judge-stores'
import type { AlertRule, RuleTable } from './rules'
import { span } from './words'

export interface Judgement {
  findings: Finding[]
  /** Rules that could not be judged: what they say of the last round stands. */
  blindRules: ReadonlySet<string>
  /** Parts of the facts that could not be read. */
  blind: FactPart[]
}

/** Findings beyond this many of a round are left out, and said. */
const findingsLimit = 2_000

const parts: readonly FactPart[] = [
  'workers',
  'archive',
  'pipelines',
  'runs',
  'quality',
  'rejections',
  'comparisons',
  'corrections',
  'costs',
  'access',
  'traffic',
  'probes',
  'channels',
  'keys',
  'objectives',
  'disks',
  'holes',
]

/** Rules × facts: what holds now, and what cannot be told. */
export function judge(facts: AlertFacts, rules: RuleTable, now: number): Judgement {
  const blind = parts.filter((part) => facts[part] === null)
  const isBlind = ({ needs }: AlertRule) => needs.some((part) => facts[part] === null)
  const blindRules = new Set([...rules.values()].filter(isBlind).map(({ name }) => name))
  const all = [
    ...judgePlatform(facts, rules, now),
    ...judgeStores(facts, rules),
    ...judgeSpeed(facts, rules, now),
    ...judgeBatch(facts, rules, now),
    ...judgeData(facts, rules),
    ...judgeObjectives(facts, rules),
  ].filter(({ rule }) => rules.get(rule)?.isEnabled === true && !blindRules.has(rule))
  const findings = all.slice(0, findingsLimit)
  const watcher = judgeWatcher(facts, rules, { blind, leftOut: all.length - findings.length })
  return { findings: watcher === null ? findings : [watcher, ...findings], blindRules, blind }
}

function judgeWatcher(
  { roundGapS, store, log }: AlertFacts,
  rules: RuleTable,
  { blind, leftOut }: { blind: readonly FactPart[]; leftOut: number },
): Finding | null {
  const rule = rules.get('watcher.late')
  if (rule?.isEnabled !== true) return null
  const isLate = roundGapS !== null && roundGapS > (rule.threshold ?? Infinity)
  // What is unseen because its source is away is said by that alert.
  const isBlind = blind.length > 0 && !store.isAway && !log.isAway
  if (!isLate && !isBlind && leftOut === 0) return null
  const says = [
    ...(isLate ? [`Rounds were ${span(roundGapS)} apart`] : []),
    ...(isBlind ? [`Not seen: ${blind.join(', ')}`] : []),
    ...(leftOut > 0 ? [`${leftOut} findings more than can be held`] : []),
  ]
  return finding('watcher.late', {
    cause: 'watcher',
    title: isLate ? 'The watcher is late' : 'The watcher does not see everything',
    says: `${says.join('. ')}.`,
    evidence: { roundGapS, blind, leftOut },
  })
}
