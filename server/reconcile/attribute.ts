import type { PoolClient } from '../clients'
import { logStart, type AttributedCell, type CompiledPipeline, type SpeedStart } from '../pipeline'
import type { Range, VersionRow } from '../serving'
import { slotsOf } from './candidates'
import type { CellStep, ComparedCell } from './compare-cell'
import type { ServedSegment } from './compare-sql'
import { bucketCountsSql, closedBefore, cursorRows, type BucketCounts, type HoleRow } from './compare-store'
import type { CompareDeps, DecidedEvents } from './comparison'

/**
 * Cells to be looked at even if their answers agree are remembered up to here; beyond it a cell whose errors cancel
 * each other out may pass.
 */
const maxSuspects = 100_000

interface Stretch {
  version: VersionRow
  compiled: CompiledPipeline
  segment: ServedSegment
  holes: readonly HoleRow[]
  signal: AbortSignal | undefined
}

/** Where the speed layer stood before the first event of a stretch that counts. */
async function speedStart(
  client: PoolClient,
  { version, compiled, segment }: Stretch,
  firstSeqs: ReadonlyMap<number, number>,
): Promise<SpeedStart> {
  const closed = await closedBefore(client, {
    computeId: version.computeId,
    fromEpoch: segment.version?.epoch ?? 0,
    epoch: version.epoch,
    firstSeqs,
  })
  if (closed.length === 0) return logStart
  const horizon = compiled.definition.dedupeHorizonMs
  const logTimes = closed.flatMap(({ logTime }) => logTime ?? [])
  const untouched = closed.flatMap(({ logTime, seq }) => (logTime === null ? [seq + 1] : []))
  const isKnown = logTimes.length > 0 && closed.every(({ hasState }) => hasState)
  return {
    watermarks: closed.map(({ watermark }) => watermark),
    rememberedFrom: isKnown ? (Math.floor(Math.min(...logTimes) / horizon) - 1) * horizon : null,
    untouchedFrom: untouched.length === 0 ? null : Math.min(...untouched),
  }
}

/** Decides the events of a stretch; null: the archive has none there. */
export async function decideStretch(
  deps: CompareDeps,
  client: PoolClient,
  stretch: Stretch,
): Promise<DecidedEvents | null> {
  const { version, compiled, segment, signal } = stretch
  const { eventType } = compiled.definition
  const inside = await deps.archive.scan(eventType, segment)
  const everywhere = await deps.archive.scan(eventType, null)
  if (inside === null || everywhere === null) return null
  const scope = {
    relation: inside.relation,
    from: segment.from,
    to: segment.to,
    cut: version.cut,
    after: segment.version?.cut ?? null,
  }
  const firstSeqs = await deps.engine.firstSeqs(compiled, scope, signal)
  return deps.engine.decide(
    compiled,
    {
      ...scope,
      columns: inside.columns,
      everywhere: everywhere.relation,
      log: everywhere.relation,
      start: await speedStart(client, stretch, firstSeqs),
      unread: stretch.holes.filter(({ layer }) => layer === 'speed'),
    },
    signal,
  )
}

const compareNames = (a: CellName, b: CellName) =>
  a.windowStart - b.windowStart || Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))

interface CellName {
  windowStart: number
  key: string
}

export const nameOf = ({ windowStart, key }: CellName) => `${windowStart} ${key}`

/** Reads two ordered streams of pages side by side. */
async function* paired<A extends CellName, B extends CellName>(
  left: AsyncIterable<A[]>,
  right: AsyncIterable<B[]>,
): AsyncGenerator<[A | null, B | null]> {
  const [mine, theirs] = [flat(left), flat(right)]
  let [a, b] = [await mine.next(), await theirs.next()]
  while (a.done !== true || b.done !== true) {
    const order = a.done === true ? 1 : b.done === true ? -1 : compareNames(a.value, b.value)
    yield [order <= 0 && a.done !== true ? a.value : null, order >= 0 && b.done !== true ? b.value : null]
    if (order <= 0) a = await mine.next()
    if (order >= 0) b = await theirs.next()
  }
}

async function* flat<T>(pages: AsyncIterable<T[]>): AsyncGenerator<T> {
  for await (const page of pages) yield* page
}

export interface Suspect extends CellName {
  /** Late and duplicate events that speed counted otherwise than log order tells. */
  odd: number
}

/**
 * The cells that something may be wrong with even if their answers happen to agree: speed counted other late or
 * duplicate events than log order tells, or one layer counted an event that the other did not.
 */
export async function suspectsOf(
  client: PoolClient,
  decided: DecidedEvents | null,
  { version, segment }: Pick<Stretch, 'version' | 'segment'>,
): Promise<Map<string, Suspect>> {
  const epochs = { after: segment.version?.epoch ?? -1, upTo: version.epoch }
  const buckets = cursorRows<BucketCounts>(
    client,
    'counted',
    bucketCountsSql(version.computeId, segment, epochs),
  )
  const found = new Map<string, Suspect>()
  for await (const [model, counted] of paired(decided?.counts() ?? none, buckets)) {
    const cell = model ?? counted
    if (cell === null || found.size >= maxSuspects) continue
    const odd =
      Math.abs((model?.late ?? 0) - (counted?.late ?? 0)) +
      Math.abs((model?.duplicate ?? 0) - (counted?.duplicate ?? 0))
    if (odd > 0 || (model?.unlike ?? 0) > 0)
      found.set(nameOf(cell), { windowStart: cell.windowStart, key: cell.key, odd })
  }
  return found
}

const none: AsyncIterable<never[]> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
}

const nothing: CellStep = { step: 0, events: 0, cell: null, magnitudes: [] }

/** The steps of some cells, by name. Cells without events in the archive have the one of nothing. */
export async function stepsOf(
  decided: DecidedEvents | null,
  cells: readonly Pick<ComparedCell, 'windowStart' | 'key'>[],
): Promise<(cell: CellName) => CellStep[]> {
  const steps = new Map<string, CellStep[]>()
  if (decided !== null && cells.length > 0) {
    const names = { windowStart: cells.map((cell) => cell.windowStart), key: cells.map((cell) => cell.key) }
    for await (const page of decided.steps(names)) {
      for (const row of page) {
        const list = steps.get(nameOf(row)) ?? []
        list.push(stepOf(row))
        steps.set(nameOf(row), list)
      }
    }
  }
  return (cell) => steps.get(nameOf(cell)) ?? [nothing]
}

const stepOf = ({ step, events, accText, sketchHex, magnitudes }: AttributedCell): CellStep => ({
  step,
  events,
  magnitudes,
  cell:
    accText === null
      ? null
      : { acc: slotsOf(accText), sketch: sketchHex === null ? null : Buffer.from(sketchHex, 'hex') },
})

/** Whether a hole touches a window. */
export function touches({ fromTime, toTime }: HoleRow, { from, to }: Range): boolean {
  return (fromTime ?? -Infinity) < to && (toTime ?? Infinity) >= from
}
