import type { Candidate, CandidateKind } from './model'

/** Something that happened, or was so from `at` until `until`. */
export interface CandidateFact {
  kind: CandidateKind
  at: number
  /** Null: an instant, or it goes on. */
  until: number | null
  pipeline: string | null
  title: string
  says: string
  href: string | null
  /** How many there were. */
  amount: number
}

interface Sign {
  /** Of the incident: `speed:departures`, `log`. */
  cause: string
  /** When the first of its alerts was pending. */
  firstSignAt: number
  pipelines: readonly string[]
}

/** What an incident is about: the kind its cause begins with. */
type Family =
  'speed' | 'batch' | 'drift' | 'divergence' | 'late' | 'duplicates' | 'schema' | 'absent' | 'cost' | 'other'

/** How often such a fact is behind such an incident, 0 to 1: judgement, written down once. */
const priors: Record<CandidateKind, Partial<Record<Family, number>> & { other: number }> = {
  dependency: { speed: 1, batch: 0.95, absent: 0.9, divergence: 0.4, other: 0.7 },
  paused: { speed: 1, batch: 1, absent: 0.3, divergence: 0.4, other: 0.5 },
  worker: { speed: 0.85, batch: 0.8, duplicates: 0.5, drift: 0.5, absent: 0.4, other: 0.5 },
  definition: {
    drift: 1,
    divergence: 0.8,
    schema: 0.7,
    batch: 0.7,
    late: 0.8,
    speed: 0.5,
    cost: 0.6,
    other: 0.5,
  },
  schema: { schema: 1, batch: 0.7, drift: 0.6, divergence: 0.6, absent: 0.6, other: 0.4 },
  publication: { drift: 0.7, divergence: 0.8, cost: 0.4, other: 0.4 },
  quarantine: { absent: 0.9, divergence: 0.7, duplicates: 0.4, late: 0.6, other: 0.4 },
  'dead letters': { schema: 0.9, absent: 0.7, batch: 0.5, speed: 0.5, divergence: 0.5, other: 0.3 },
  backfill: { cost: 1, speed: 0.6, batch: 0.5, divergence: 0.3, other: 0.4 },
  'failed job': { batch: 0.9, divergence: 0.5, other: 0.4 },
}

const halfLifeMs = 20 * 60_000
/** What comes later than the first sign is an effect, but for the time it took to be seen. */
const graceMs = 60_000
const elsewhere = 0.5
const strong = 0.6
const possible = 0.25
const shown = 12

/** Most likely first. The figure is for the order; the evidence is what a person judges by. */
export function rankCandidates(facts: readonly CandidateFact[], sign: Sign): Candidate[] {
  const family = familyOf(sign.cause)
  return facts
    .flatMap((fact): Candidate[] => {
      const weight = weigh(fact, sign, family)
      if (weight === 0) return []
      const { kind, title, says, at, pipeline, href } = fact
      return [{ kind, title, says, at, pipeline, href, weight, fit: fitOf(weight) }]
    })
    .sort((a, b) => b.weight - a.weight || b.at - a.at || (a.title < b.title ? -1 : 1))
    .slice(0, shown)
}

function weigh(fact: CandidateFact, sign: Sign, family: Family): number {
  const { kind, at, until, pipeline } = fact
  if (at > sign.firstSignAt + graceMs) return 0
  const wasSoThen = isState(kind) && (until === null || until >= sign.firstSignAt)
  const agoMs = Math.max(0, sign.firstSignAt - (until !== null && !wasSoThen ? until : at))
  const nearness = wasSoThen ? 1 : 2 ** (-agoMs / halfLifeMs)
  const prior = priors[kind][family] ?? priors[kind].other
  const isHere = pipeline === null || sign.pipelines.length === 0 || sign.pipelines.includes(pipeline)
  return round(prior * nearness * (isHere ? 1 : elsewhere) * sizeOf(fact))
}

const isState = (kind: CandidateKind) =>
  kind === 'paused' || kind === 'quarantine' || kind === 'backfill' || kind === 'dependency'

/** One dead letter in an hour is everyday; a burst is not. A worker that fell silent says more than one that came. */
function sizeOf({ kind, amount }: CandidateFact): number {
  if (kind === 'dead letters') return Math.min(1, 0.3 + amount / 20)
  return kind === 'worker' && amount === 1 ? 0.8 : 1
}

const fitOf = (weight: number): Candidate['fit'] =>
  weight >= strong ? 'strong' : weight >= possible ? 'possible' : 'weak'

const families = new Set<string>([
  ...['speed', 'batch', 'drift', 'divergence', 'late', 'duplicates', 'schema', 'absent', 'cost'],
])

export function familyOf(cause: string): Family {
  const [kind = ''] = cause.split(':', 1)
  return families.has(kind) ? (kind as Family) : 'other'
}

const round = (weight: number) => Math.round(weight * 1_000) / 1_000
