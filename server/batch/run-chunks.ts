import type { CompiledPipeline, Instant } from '../pipeline'
import { AppError, crashPoint, currentTrace, newSpanId, nowUs, recordSpan } from '../platform'
import type { Range } from '../serving'
import type { ArchiveScan, ArchiveSource } from './archive-source'
import type { BatchEngine, EngineCell, Repeats } from './engine'
import { chunkRowsDefault, planChunks } from './plan-chunks'

export interface RunScope {
  engine: BatchEngine
  archive: ArchiveSource
  compiled: CompiledPipeline
  range: Range
  /** The range's chunks up to here are done. */
  doneUpTo?: Instant | undefined
  /** By partition, the last message read. */
  seqs: number[]
  signal?: AbortSignal | undefined
  chunkRows?: number | undefined
  /** After each chunk, with the share of the range that is done. */
  onChunk?: ((done: number) => void) | undefined
  /** After each chunk, with about the bytes it read and the share that is done; the next one waits for it. */
  onRead?: ((bytes: number, done: number) => Promise<void> | void) | undefined
}

export interface Chunk {
  range: Range
  /** In order of window and key; to be read to the end. */
  cells: AsyncIterable<EngineCell[]>
}

export interface Run {
  chunks: AsyncIterable<Chunk>
  /** Bytes of the archive's segments that the run reads for its events. */
  bytes: number
}

/** The cells of a range at a cut, in order, chunk after chunk: a chunk's end is reported when the next is asked for. */
export async function runChunks(scope: RunScope): Promise<Run> {
  const { archive, compiled, range } = scope
  checkAligned(range, compiled)
  const { eventType, windowSizeMs } = compiled.definition
  const whole = await archive.scan(eventType, range)
  const segments = whole?.segments ?? []
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  const left = { from: Math.max(range.from, scope.doneUpTo ?? range.from), to: range.to }
  if (left.from >= left.to) return { chunks: none, bytes }
  const chunks = planChunks({
    range: left,
    windowSizeMs,
    segments,
    chunkRows: scope.chunkRows ?? chunkRowsDefault,
  })
  return { chunks: counted(scope, chunks, (bytes * share(left, range)) / chunks.length), bytes }
}

async function* counted(
  scope: RunScope,
  chunks: readonly Range[],
  chunkBytes: number,
): AsyncGenerator<Chunk> {
  const { signal, range } = scope
  const repeats = chunks.length > 1 ? await findRepeats(scope) : null
  try {
    for (const [i, chunk] of chunks.entries()) {
      signal?.throwIfAborted()
      const startUs = nowUs()
      yield { range: chunk, cells: cellsOf(scope, chunk, repeats) }
      crashPoint('batch.chunk.counted')
      recordChunk(startUs, i, chunks.length)
      const done = share({ from: range.from, to: chunk.to }, range)
      scope.onChunk?.(done)
      await scope.onRead?.(chunkBytes, done)
    }
  } finally {
    await repeats?.close()
  }
}

/** Once for all chunks: else each would look through the whole archive for earlier occurrences of its identities. */
async function findRepeats({ engine, archive, compiled, seqs, signal }: RunScope): Promise<Repeats | null> {
  const everywhere = await archive.scan(compiled.definition.eventType, null)
  return everywhere && engine.repeats(compiled, { relation: everywhere.relation, cut: seqs }, signal)
}

async function* cellsOf(
  { engine, archive, compiled, seqs, signal }: RunScope,
  chunk: Range,
  repeats: Repeats | null,
): AsyncGenerator<EngineCell[]> {
  const { eventType } = compiled.definition
  // Asked for again with each chunk: compaction may have replaced the files that were there when the run began.
  const inside = await archive.scan(eventType, chunk)
  if (inside === null) return
  const { relation, columns } = inside
  const scope = { relation, columns, ...chunk, cut: seqs }
  if (repeats !== null) {
    yield* engine.cells(compiled, { ...scope, repeats: repeats.relation }, signal)
    return
  }
  const everywhere = await archive.scan(eventType, null)
  const outside = holdsAll(chunk, everywhere) ? {} : { outsideRelation: everywhere?.relation ?? relation }
  yield* engine.cells(compiled, { ...scope, ...outside }, signal)
}

const share = (part: Range, whole: Range): number => (part.to - part.from) / (whole.to - whole.from)

/** Of a run of many chunks, what the first ones took is enough to see. */
const tracedChunks = 100

/** What staging waits for: a chunk from its query to its last row taken. */
function recordChunk(startUs: number, place: number, chunks: number): void {
  const trace = currentTrace()
  if (trace === undefined || place >= tracedChunks) return
  recordSpan({
    ...trace,
    spanId: newSpanId(),
    parentId: trace.spanId,
    name: 'recompute',
    stage: 'batch',
    startUs,
    durationUs: Math.max(0, nowUs() - startUs),
    status: 'ok',
    attributes: { chunk: place + 1, chunks },
  })
}

/** Whether no event lies outside: then no identity can have occurred earlier there. */
const holdsAll = ({ from, to }: Range, everywhere: ArchiveScan | null): boolean =>
  everywhere?.segments.every(({ minTime, maxTime }) => minTime >= from && maxTime < to) ?? false

const none: AsyncIterable<Chunk> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
}

function checkAligned({ from, to }: Range, { definition }: CompiledPipeline): void {
  const { windowSizeMs, name } = definition
  if (from < to && from % windowSizeMs === 0 && to % windowSizeMs === 0) return
  throw new AppError(
    'bad_request',
    `Recomputing ${name} from ${iso(from)} to ${iso(to)} failed: the range must hold whole windows of ${windowSizeMs} ms. Move its ends to window starts.`,
  )
}

const iso = (at: number) => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at))
