import { attributionSteps } from '../../pipeline'
import {
  referenceAnswer,
  referenceBatch,
  referenceSpeed,
  type ReferenceCells,
  type ReferenceEvent,
} from '../../pipeline/testing'
import type { MeasureValue } from '../../pipeline'
import type { LoggedEvent, World } from './world'

export interface ExpectedCell {
  served: Record<string, MeasureValue> | null
  batch: Record<string, MeasureValue> | null
  /** Events behind each cause. */
  events: Record<string, number>
}

type Cells = Map<string, LoggedEvent[]>

const eventsIn = (cells: ReferenceCells): Cells =>
  new Map(
    [...cells].flatMap(([name, cell]) =>
      cell.events.length > 0 ? [[name, cell.events as LoggedEvent[]]] : [],
    ),
  )

export interface Expectation {
  /** By the cut of what answered before: null is speed alone. */
  cells: (after: number[] | null) => Map<string, ExpectedCell>
}

/** What the plain rules say of the cells at a cut: counted by batch, served, and why they differ. */
export function expectAt(world: World, cut: number[]): Expectation {
  const { definition, events } = world
  const upTo = (limit: number[]) => events.filter((event) => event.seq <= (limit[event.partition] ?? -1))
  const batch = eventsIn(referenceBatch(definition, upTo(cut)))
  const readable = upTo(cut).filter((event) => !world.isUnread(event))
  const known = new Map<string, Map<string, ExpectedCell>>()
  const at = (after: number[] | null): Map<string, ExpectedCell> => {
    const versioned =
      after === null ? new Map<string, LoggedEvent[]>() : eventsIn(referenceBatch(definition, upTo(after)))
    const speed = eventsIn(referenceSpeed(definition, readable, after ?? undefined).cells)
    const names = new Set([...batch.keys(), ...versioned.keys(), ...speed.keys()])
    return new Map(
      [...names].map((name) => {
        const served = [...(versioned.get(name) ?? []), ...(speed.get(name) ?? [])]
        return [name, expected(world, name, { served, batch: batch.get(name) ?? [] })]
      }),
    )
  }
  return {
    cells: (after) => {
      const key = JSON.stringify(after)
      const found = known.get(key) ?? at(after)
      known.set(key, found)
      return found
    },
  }
}

function expected(
  world: World,
  name: string,
  { served, batch }: { served: LoggedEvent[]; batch: LoggedEvent[] },
): ExpectedCell {
  const answerOf = (events: ReferenceEvent[]) => {
    if (events.length === 0) return null
    const ordered = [...events].sort((a, b) => a.seq - b.seq || a.index - b.index)
    const cell = { windowStart: 0, key: name, events: ordered, late: 0, duplicate: 0, invalid: 0 }
    return referenceAnswer(world.definition, cell)
  }
  const counts: Record<string, number> = {}
  const count = (cause: string) => {
    counts[cause] = (counts[cause] ?? 0) + 1
  }
  for (const event of batch) if (!served.includes(event)) count(whyMissed(world, event))
  for (const event of served) if (!batch.includes(event)) count('duplicate')
  return { served: answerOf(served), batch: answerOf(batch), events: counts }
}

function whyMissed(world: World, event: LoggedEvent): string {
  const redrive =
    event.attrs === null ? null : (JSON.parse(event.attrs) as { parallaxredrive?: string }).parallaxredrive
  const known = attributionSteps.find((step) => step === redrive && step !== 'late' && step !== 'duplicate')
  return known ?? (world.isUnread(event) ? 'hole' : 'late')
}
