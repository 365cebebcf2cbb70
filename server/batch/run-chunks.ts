import type { CompiledPipeline } from '../pipeline'
import { AppError, crashPoint, currentTrace, newSpanId, nowUs, recordSpan } from '../platform'
import type { Range } from '../serving'
import type { ArchiveScan, ArchiveSource } from './archive-source'
import type { BatchEngine, EngineCell } from './engine'
import { chunkRowsDefault, planChunks } from './plan-chunks'

export interface RunScope {
  engine: BatchEngine
  archive: ArchiveSource
  compiled: CompiledPipeline
  range: Range
  /** By partition, the last message read. */
  seqs: number[]
  signal?: AbortSignal | undefined
  chunkRows?: number | undefined
  onChunk?: ((done: number, total: number) => void) | undefined
  /** After each chunk, with about the bytes it read; the next one waits for it. */
  onRead?: ((bytes: number) => Promise<void> | void) | undefined
}

export interface Run {
  cells: AsyncIterable<EngineCell[]>
  /** Bytes of the archive's segments that the run reads for its events. */
  bytes: number
}

/** The cells of a range at a cut, in order, chunk after chunk. */
export async function runChunks(scope: RunScope): Promise<Run> {
  const { archive, compiled, range } = scope
  checkAligned(range, compiled)
  const { eventType, windowSizeMs } = compiled.definition
  const whole = await archive.scan(eventType, range)
  if (whole === null) return { cells: nothing, bytes: 0 }
  const chunks = planChunks({
    range,
    windowSizeMs,
    segments: whole.segments,
    chunkRows: scope.chunkRows ?? chunkRowsDefault,
  })
  const bytes = whole.segments.reduce((sum, segment) => sum + segment.bytes, 0)
  return { cells: cellsOf(scope, chunks, bytes / chunks.length), bytes }
}

async function* cellsOf(
  scope: RunScope,
  chunks: readonly Range[],
  chunkBytes: number,
): AsyncGenerator<EngineCell[]> {
  const { engine, archive, compiled, seqs, signal } = scope
  const { eventType } = compiled.definition
  for (const [i, chunk] of chunks.entries()) {
    signal?.throwIfAborted()
    const startUs = nowUs()
    // Asked for again with each chunk: compaction may have replaced the files that were there when the run began.
    const inside = await archive.scan(eventType, chunk)
    const everywhere = await archive.scan(eventType, null)
    if (inside !== null) {
      yield* engine.cells(
        compiled,
        {
          relation: inside.relation,
          columns: inside.columns,
          ...chunk,
          cut: seqs,
          ...(holdsAll(chunk, everywhere)
            ? {}
            : { outsideRelation: everywhere?.relation ?? inside.relation }),
        },
        signal,
      )
    }
    crashPoint('batch.chunk.counted')
    recordChunk(startUs, i, chunks.length)
    scope.onChunk?.(i + 1, chunks.length)
    await scope.onRead?.(chunkBytes)
  }
}

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

const nothing: AsyncIterable<EngineCell[]> = {
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
