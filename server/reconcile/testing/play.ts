import fc from 'fast-check'
import type { Duck, Pool } from '../../clients'
import { inTransaction } from '../../clients'
import type { CompiledPipeline, Definition } from '../../pipeline'
import { anyDefinition, anyDeliveries, historyOf } from '../../pipeline/testing'
import { Random } from '../../platform'
import {
  publishVersions,
  rollbackTo,
  type Cut,
  type Published,
  type Range,
  type StagedVersion,
} from '../../serving'
import { World, type LoggedEvent } from './world'

/** Told apart by identity and time, in one log. */
export const histories = 10
const redrives = ['hole', 'schema', 'invalid', 'other']

/** Several histories, one after the other; some events in another identity's partition, some put back into the log. */
function anyEvents(seed: number, random: Random, partitions: number): LoggedEvent[] {
  const deliveries = fc.sample(anyDeliveries, { seed, numRuns: histories })
  const events = deliveries.flatMap((each, index) =>
    historyOf(each, partitions, index).events.map((event): LoggedEvent => ({
      ...event,
      seq: index * 1000 + event.seq,
      attrs: random.chance(0.1) ? JSON.stringify({ parallaxredrive: random.pick(redrives) }) : null,
    })),
  )
  // A message is of one partition: those of one event may stray.
  const sizes = new Map<number, number>()
  for (const { seq } of events) sizes.set(seq, (sizes.get(seq) ?? 0) + 1)
  return events.map((event) =>
    sizes.get(event.seq) === 1 && random.chance(0.1)
      ? { ...event, partition: random.below(partitions) }
      : event,
  )
}

/** Whole seconds; and one in three events comes just when its window, of one second, closes for good. */
function onEdges({ lateness, windowSizeMs }: Definition, events: readonly LoggedEvent[], random: Random) {
  const watermarks = new Map<number, number>()
  return events.map((event): LoggedEvent => {
    const floor = (at: number) => Math.floor(at / 1000) * 1000
    const watermark = watermarks.get(event.partition)
    const edge = watermark === undefined ? null : watermark - lateness.allowedMs - windowSizeMs
    const time = edge !== null && random.chance(0.3) ? edge : floor(event.time)
    const logTime = floor(event.logTime)
    const reached = Math.min(time, logTime) - lateness.outOfOrderMs
    watermarks.set(event.partition, Math.max(watermark ?? -Infinity, reached))
    return { ...event, time, logTime }
  })
}

export interface Staged {
  world: World
  version: StagedVersion
  range: Range
  cut: Cut
}

export interface Player {
  altered?: (compiled: CompiledPipeline) => CompiledPipeline
  /** Only definitions that this likes. */
  accepts?: (definition: Definition) => boolean
  /** Events meet the edge of lateness; windows are of one second. */
  isOnEdges?: boolean
  /** Called with each version before it is published. */
  onStaged: (staged: Staged) => Promise<void>
  /** Called in the transaction of each publication. */
  onPublished?: Parameters<typeof inTransaction<void>>[1] extends (client: infer C) => unknown
    ? (client: C, world: World, published: Published, kind: 'publish' | 'rollback') => Promise<void>
    : never
  onEnd?: (world: World) => Promise<void>
}

function anyRange(world: World, random: Random): Range {
  const size = world.definition.windowSizeMs
  const snap = (time: number) => Math.floor(time / size) * size
  const times = world.events.map(({ time }) => time)
  const whole = { from: snap(Math.min(...times)), to: snap(Math.max(...times)) + size }
  if (random.chance(0.5)) return whole
  const edges = [random.pick(times), random.pick(times)].map(snap).sort((a, b) => a - b)
  return { from: edges[0] ?? whole.from, to: (edges[1] ?? whole.to) + size }
}

/** One random history from a seed: the two layers at work with every fault, versions, publications, rollbacks. */
export async function play(pool: Pool, duck: Duck, seed: number, player: Player): Promise<void> {
  const random = new Random(seed)
  const partitions = 1 + random.below(3)
  const accepts = player.accepts ?? (() => true)
  const definition = fc.sample(anyDefinition, { seed, numRuns: 40 }).find(accepts)
  if (definition === undefined) return
  const any = anyEvents(seed, random, partitions)
  const events = player.isOnEdges === true ? onEdges(definition, any, random) : any
  const world = await new World(pool, duck, definition, events, partitions, player.altered).create()
  const publish = (
    kind: 'publish' | 'rollback',
    flip: (client: Parameters<Parameters<typeof inTransaction>[1]>[0]) => Promise<Published>,
  ) =>
    inTransaction(pool, async (client) => {
      const published = await flip(client)
      await player.onPublished?.(client, world, published, kind)
    })
  const request = { computeId: world.computeId, actor: 'test', reason: null, jobId: null }
  const published: number[] = []
  const version = async (range: Range, isPublished: boolean) => {
    const cut = await world.rotate()
    const staged = await world.stage(range, cut)
    await player.onStaged({ world, version: staged, range, cut })
    if (!isPublished) return
    await publish('publish', (client) => publishVersions(client, { ...request, versionIds: [staged.id] }))
    published.push(staged.number)
  }
  const rollback = async () => {
    const { rows } = await pool.query<{ publication: number }>(
      'SELECT publication FROM compute WHERE id = $1',
      [world.computeId],
    )
    const target = random.below((rows[0]?.publication ?? 0) + 1)
    await publish('rollback', (client) => rollbackTo(client, { ...request, target: { publication: target } }))
  }
  const turns = 30 + random.below(30)
  for (let turn = 0; turn < turns; turn++) {
    const partition = random.below(partitions)
    const roll = random.next()
    if (roll < 0.55) world.step(partition, 1 + random.below(20))
    else if (roll < 0.8) await world.commitGranted(partition)
    else if (roll < 0.85) world.crash(partition)
    else if (roll < 0.89) await world.loseNext(partition, 1 + random.below(3))
    else if (roll < 0.96) await version(anyRange(world, random), random.chance(0.8))
    else if (published.length > 0) await rollback()
  }
  for (let partition = 0; partition < partitions; partition++) {
    world.step(partition, Infinity)
    await world.commitGranted(partition)
  }
  await version(anyRange(world, random), true)
  await player.onEnd?.(world)
}
