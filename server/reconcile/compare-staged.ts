import { inTransaction, type PoolClient } from '../clients'
import { answer, type CompiledPipeline, type MeasureValue } from '../pipeline'
import { AppError } from '../platform'
import { readVersions, type Range, type VersionRow } from '../serving'
import { decideStretch, nameOf, stepsOf, suspectsOf, touches, type Suspect } from './attribute'
import { candidates } from './candidates'
import {
  compareCell,
  isChange,
  isEqual,
  noAmounts,
  type CellVerdict,
  type ComparedCell,
} from './compare-cell'
import type { ServedSegment } from './compare-sql'
import {
  batchCells,
  countCellsFrom,
  deleteComparison,
  holesUpTo,
  insertComparison,
  liftTimeouts,
  lockVersion,
  mapOver,
  segmentsOver,
  type HoleRow,
} from './compare-store'
import type { CompareDeps, CompareRequest, ComparisonSummary, DecidedEvents } from './comparison'
import { ComparisonTally } from './comparison-tally'
import { VerdictWriter } from './verdict-writer'
import { stretches } from './stretches'

/** Differing cells that are attributed together; with sketches they weigh more. */
const attributedTogether = 20_000
const attributedTogetherSketched = 5_000

/**
 * Compares a staged version with what was served at its cut, and says why they differ. Writes `comparison`,
 * `divergence_cell` and `cell_change` in one transaction; done again it writes the same rows. What was served is read
 * in one snapshot: the buckets up to the cut change no more, the map might.
 */
export async function compareStaged(deps: CompareDeps, request: CompareRequest): Promise<ComparisonSummary> {
  const { pool, clock } = deps
  const startedMs = clock.now()
  return inTransaction(
    pool,
    async (reader) => {
      await liftTimeouts(reader)
      const version = await requireVersion(reader, request.versionId)
      const base = await mapOver(reader, version.computeId, version)
      const { eventType } = request.compiled.definition
      const seq = Math.max(0, ...version.cut)
      const holes = await holesUpTo(reader, { computeId: version.computeId, type: eventType, seq })
      return inTransaction(pool, async (writer) => {
        await liftTimeouts(writer)
        requireStaged(await lockVersion(writer, version.id), version)
        await deleteComparison(writer, version.id)
        const run = new Comparison(deps, request, { reader, writer, version, holes })
        for (const segment of await segmentsOver(reader, version, base)) {
          for (const part of await stretches(deps.archive, request.compiled, segment)) {
            request.signal?.throwIfAborted()
            await run.compare({ ...segment, ...part })
          }
        }
        const summary = await run.finish((clock.now() - startedMs) / 1_000)
        await insertComparison(writer, { ...summary, computeId: version.computeId, base })
        return summary
      })
    },
    'REPEATABLE READ',
  )
}

async function requireVersion(client: PoolClient, id: number): Promise<VersionRow> {
  const [version] = await readVersions(client, [id])
  if (version !== undefined) return version
  throw new AppError('not_found', `Comparing failed: version id ${id} does not exist.`)
}

function requireStaged(locked: VersionRow | null, version: VersionRow): void {
  if (locked?.state === 'staged') return
  throw new AppError(
    'conflict',
    `Comparing version ${version.number} of ${version.pipeline} was refused: it is ${locked?.state ?? 'gone'}, not staged. Recompute the range.`,
  )
}

interface Subject {
  reader: PoolClient
  writer: PoolClient
  version: VersionRow
  holes: readonly HoleRow[]
}

/** One comparison under way: stretch by stretch, in order. */
class Comparison {
  private readonly tally: ComparisonTally
  private readonly rows: VerdictWriter
  /** Windows from here on were still open at the cut. */
  private readonly openFrom: number
  private inFlight = 0
  private servedOnly = 0

  constructor(
    private readonly deps: CompareDeps,
    private readonly request: CompareRequest,
    private readonly subject: Subject,
  ) {
    const { compiled } = request
    const { windowSizeMs, lateness } = compiled.definition
    const { watermark } = subject.version
    this.tally = new ComparisonTally(compiled)
    this.rows = new VerdictWriter(subject.writer, subject.version)
    this.openFrom = watermark === null ? -Infinity : watermark - lateness.allowedMs - windowSizeMs + 1
  }

  async compare(segment: ServedSegment): Promise<void> {
    const { deps, request, subject } = this
    const { reader, version } = subject
    const { compiled, signal } = request
    const decided = await decideStretch(deps, reader, { ...subject, compiled, segment, signal })
    try {
      const suspects = await suspectsOf(reader, decided, { version, segment })
      const together = compiled.layout.sketches.length > 0 ? attributedTogetherSketched : attributedTogether
      let waiting: ComparedCell[] = []
      const scope = {
        computeId: version.computeId,
        versionId: version.id,
        segment,
        epoch: version.epoch,
        versionEpoch: version.epoch,
      }
      for await (const page of candidates(reader, compiled, scope)) {
        signal?.throwIfAborted()
        waiting.push(...page)
        if (waiting.length < together) continue
        await this.settle(waiting, decided, suspects)
        waiting = []
      }
      await this.settle(waiting, decided, suspects)
      await this.settleSuspects(decided, [...suspects.values()])
      await this.rows.flush()
    } finally {
      await decided?.close()
    }
  }

  /** Cells that no version holds are told by speed alone; they are counted as they pass. */
  async finish(seconds: number): Promise<ComparisonSummary> {
    const { reader, version } = this.subject
    const open = await countCellsFrom(reader, version.id, Math.max(this.openFrom, version.from))
    const counted = {
      cells: version.rows - open + this.servedOnly,
      inFlight: open + this.inFlight,
      seconds,
    }
    return this.tally.summary(version.id, counted)
  }

  private async settle(
    cells: readonly ComparedCell[],
    decided: DecidedEvents | null,
    suspects: Map<string, Suspect>,
  ): Promise<void> {
    const { compiled } = this.request
    const looked = cells.filter((cell) => differs(compiled, cell) || suspects.has(nameOf(cell)))
    const steps = await stepsOf(decided, looked)
    const isLooked = new Set(looked)
    for (const cell of cells) {
      const name = nameOf(cell)
      const verdict = compareCell(compiled, cell, isLooked.has(cell) ? steps(cell) : [], this.isHoled(cell))
      if (cell.batch === null) {
        if (this.isOpen(cell)) this.inFlight++
        else this.servedOnly++
      }
      this.markOdd(cell, verdict, suspects.get(name)?.odd ?? 0)
      suspects.delete(name)
      await this.write(cell, verdict)
    }
  }

  /** Cells whose answers are equal in Postgres already. */
  private async settleSuspects(decided: DecidedEvents | null, suspects: readonly Suspect[]): Promise<void> {
    const { compiled } = this.request
    for (let from = 0; from < suspects.length; from += attributedTogether) {
      const some = suspects.slice(from, from + attributedTogether)
      const steps = await stepsOf(decided, some)
      const found = await batchCells(this.subject.reader, this.subject.version.id, some)
      const byName = new Map(found.map((cell) => [nameOf(cell), cell]))
      for (const { windowStart, key, odd } of some) {
        const batch = byName.get(nameOf({ windowStart, key })) ?? null
        const cell = { windowStart, key, served: batch, batch, version: null }
        const verdict = compareCell(compiled, cell, steps(cell), this.isHoled(cell))
        this.markOdd(cell, verdict, odd)
        if (verdict.differences.length > 0) await this.write(cell, verdict)
      }
    }
  }

  /** Miscounted events are drift, even in a cell that has no row to say it in. */
  private markOdd(cell: { windowStart: number }, verdict: CellVerdict, events: number): void {
    if (events === 0 || this.isHoled(cell)) return
    verdict.events.drift = events
    const [measure] = this.request.compiled.definition.measures
    if (verdict.differences.length > 0 || measure === undefined) return
    const value = verdict.after?.[measure.name] ?? null
    verdict.differences.push(unlikeCounts(measure.name, value === null ? null : String(value)))
  }

  private async write(cell: { windowStart: number; key: string }, verdict: CellVerdict): Promise<void> {
    const state = this.isOpen(cell) ? 'in_flight' : this.isPartial(cell) ? 'partial' : 'settled'
    if (state !== 'in_flight') this.tally.add(cell, verdict)
    if (verdict.differences.length > 0) this.rows.differences(cell, verdict, state)
    if (isChange(verdict)) this.rows.change(cell, verdict)
    await this.rows.flushFull()
  }

  private isOpen({ windowStart }: { windowStart: number }): boolean {
    return windowStart >= this.openFrom
  }

  private window({ windowStart }: { windowStart: number }): Range {
    return { from: windowStart, to: windowStart + this.request.compiled.definition.windowSizeMs }
  }

  private isHoled(cell: { windowStart: number }): boolean {
    return this.subject.holes.some((hole) => hole.layer === 'archive' && touches(hole, this.window(cell)))
  }

  private isPartial(cell: { windowStart: number }): boolean {
    return this.subject.holes.some((hole) => hole.layer !== 'speed' && touches(hole, this.window(cell)))
  }
}

function differs(compiled: CompiledPipeline, { served, batch }: ComparedCell): boolean {
  const before = served === null ? null : answer(compiled, served)
  const after = batch === null ? null : answer(compiled, batch)
  const text = (value: MeasureValue | undefined) =>
    value === null || value === undefined ? null : String(value)
  return compiled.definition.measures.some(
    (measure) => !isEqual(measure, text(before?.[measure.name]), text(after?.[measure.name])),
  )
}

const unlikeCounts = (measure: string, value: string | null): CellVerdict['differences'][number] => ({
  ...{ measure, speed: value, batch: value, difference: '0', relative: 0, mainCause: 'drift' },
  amounts: noAmounts(),
})
