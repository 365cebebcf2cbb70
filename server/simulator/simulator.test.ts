import { describe, expect, test } from 'vitest'
import { parseDefinition } from '../pipeline'
import { referenceBatch, referenceSpeed, type ReferenceEvent } from '../pipeline/testing'
import { playSchedule } from './simulate'
import { eventType } from './memory-log'
import { mutants, type Mutant } from './mutants'
import { add, cellOf, differenceOf, type Sums } from './oracle'
import { Random } from '../platform'
import { Scheduler } from './scheduler'
import { documentOf } from './settings'
import { World } from './world'

const violations = async (from: number, count: number, mutant: Mutant | null = null) => {
  const found: string[] = []
  for (let seed = from; seed < from + count; seed++) {
    const { violation } = await playSchedule(seed, mutant)
    if (violation !== null) found.push(`seed ${seed}: ${violation}`)
    if (mutant !== null && violation !== null) break
  }
  return found
}

describe('the simulator', () => {
  test('[law 1] [law 5] [law 6] [law 7] holds in 120 schedules of kills, stops, crashes, lost answers and takeovers', async () => {
    expect(await violations(1, 120)).toEqual([])
  })

  test.each(Object.keys(mutants) as Mutant[])('[law 7] finds the defect %s', async (mutant) => {
    expect(await violations(seedsOf[mutant] ?? 1, 250, mutant)).toHaveLength(1)
  })

  test('plays a seed again step by step', async () => {
    expect(await playSchedule(7)).toEqual(await playSchedule(7))
  })

  test('lets a process go on as far as it can before anything else happens', async () => {
    const scheduler = new Scheduler(new Random(1), 0)
    const process = scheduler.process('one')
    const seen: string[] = []
    const wanted: string[] = []
    for (let at = 0; at < 200; at++) {
      wanted.push(`${at} begins`, `${at} ends`)
      scheduler.after(at, process, () => {
        seen.push(`${at} begins`)
        void awaits(at).then(() => seen.push(`${at} ends`))
      })
    }
    for (let step = 0; step < 200; step++) await scheduler.step()
    expect(seen).toEqual(wanted)
  })

  test('[law 2] judges by a recount that is the plain reference', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const world = new World(seed, null)
      while (world.ledger.open > 0) await world.scheduler.step()
      world.oracle.follow(world.log.messages)
      const { settings } = world
      const upTo = Array.from({ length: settings.partitions }, () => Infinity)
      const cut = upTo.map(() => Math.floor(world.log.lastSeq / 2))
      const parsed = parseDefinition(documentOf(settings, eventType))
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
      const log = world.log.messages.flatMap(({ seq, partition, logTime, events }) =>
        events.map(({ id, time, key, value }, index): ReferenceEvent => ({
          ...{ seq, index, partition, logTime, time, id, source: 's', type: eventType, subject: null },
          data: { k: key, v: value },
        })),
      )
      const want: Sums = new Map()
      for (const cells of [
        referenceBatch(parsed.definition, log, cut),
        referenceSpeed(parsed.definition, log, cut).cells,
      ])
        for (const { windowStart, key, events } of cells.values())
          for (const { data } of events) add(want, cellOf(windowStart, key), 1, (data as { v: number }).v)
      expect(
        differenceOf(
          world.oracle.merged(() => cut, upTo),
          want,
        ),
        `seed ${seed}`,
      ).toBeNull()
      expect(want.size).toBeGreaterThan(3)
    }
  })
})

const awaits = async (times: number) => {
  for (let i = 0; i < times; i++) await Promise.resolve()
}

/** Where a defect that shows rarely is found soon. */
const seedsOf: Partial<Record<Mutant, number>> = { 'no-fence': 20, 'no-base-check': 90, 'neither-check': 20 }
