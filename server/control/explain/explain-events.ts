import type { Duck } from '../../clients'
import { AppError } from '../../platform'
import { cursorSecret, decodeCursor, encodeCursor, readCell } from '../../serving'
import { readable } from '../compiled'
import type { Console } from '../console'
import { decideEvents } from './decide-events'
import { markEvent, type FateContext } from './event-fate'
import { flagsOf } from './event-flags'
import { openEventSource, type EventSource } from './event-source'
import type { ExplainedEvent, ExplainedEvents } from './model'
import { checkKey, windowOf } from './window-of'

export const explainEventsLimit = { default: 50, max: 200 }

export interface ExplainEventsQuery {
  pipeline: string
  windowStart: number
  key: string
  /** `different`: only events about which speed and batch decide differently. */
  show: 'all' | 'different'
  limit?: number | undefined
  cursor?: string | undefined
  /** Aborted when nobody waits for the answer any more. */
  signal?: AbortSignal | undefined
}

type Deps = Pick<Console, 'pool' | 'nats' | 'registry' | 'archiveDir' | 'archiveReader'>

/** Of the data, what a row shows. */
const dataLength = 400

/** A page of the events behind a cell, in log order, each with the layer that counted it and why. */
export async function explainEvents(deps: Deps, query: ExplainEventsQuery): Promise<ExplainedEvents> {
  const { pool } = deps
  const { stored, compute, compiled } = await readable(deps, query.pipeline)
  const { definition } = compiled
  const window = windowOf(query.windowStart, definition)
  checkKey(query.key)
  const limit = checkLimit(query.limit)
  const bound = ['explain', compute.id, window.from, query.key, query.show]
  const secret = await cursorSecret(pool)
  const after = query.cursor === undefined ? null : positionOf(decodeCursor(secret, bound, query.cursor))
  return deps.archiveReader.read(query.signal, async (duck, signal) => {
    const cell = await readCell(pool, { compute, compiled, windowStart: window.from, key: query.key })
    const source = await openEventSource(duck, deps, {
      type: definition.eventType,
      partitions: stored.partitions,
      window,
      signal,
    })
    const context = { definition, windowStart: window.from, version: cell.version?.number ?? null }
    await decideEvents(duck, { pool, computeId: compute.id, compiled, cell, source })
    const kinds = await kindsOf(duck, context)
    const flags = kinds.filter(({ mark }) => query.show === 'all' || mark.differs).map((kind) => kind.flags)
    const rows = await pageOf(duck, { flags, after, limit: limit + 1 })
    const page = rows.slice(0, limit)
    const data = await dataOf(duck, source, page)
    const last = rows.length > limit ? page.at(-1) : undefined
    return {
      events: page.map((row) => eventOf(row, data.get(placeOf(row)), context)),
      counts: countsOf(kinds),
      archivedSeq: source.archivedSeq,
      readSeq: source.readSeq,
      behind: source.behind,
      nextCursor:
        last === undefined
          ? null
          : encodeCursor(secret, bound, {
              windowStart: last.seq,
              key: `${last.is_kept ? keptMark : ''}${last.idx}`,
              publication: cell.publication,
            }),
    }
  })
}

interface Position {
  seq: number
  idx: number
  /** Events in quarantine come after those of the log, by their place in quarantine. */
  is_kept: boolean
}

const keptMark = 'kept '

/** A cursor's two fields hold the position in the log here. */
const positionOf = ({ windowStart, key }: { windowStart: number; key: string }): Position => ({
  seq: windowStart,
  idx: Number(key.replace(keptMark, '')),
  is_kept: key.startsWith(keptMark),
})

interface DecidedRow extends Position {
  part: number
  time: number
  log_time: number
  source: string
  id: string
  first_seq: number
  first_idx: number
  first_log_time: number
  watermark: number | null
  flags: number
}

interface Kind {
  flags: number
  events: number
  mark: ReturnType<typeof markEvent>
}

/** Events that are decided alike are counted together and marked once. */
async function kindsOf(duck: Duck, context: FateContext): Promise<Kind[]> {
  const rows = await duck.rows<{ flags: number; events: number }>(
    'SELECT flags, count(*) AS events FROM decided GROUP BY flags',
  )
  return rows.map(({ flags, events }) => ({
    flags,
    events,
    mark: markEvent(
      { ...flagsOf(flags), seq: 0, index: 0, logTime: 0, firstAt: null, watermark: null },
      context,
    ),
  }))
}

const noCounts = (): ExplainedEvents['counts'] => ({
  all: 0,
  different: 0,
  served: 0,
  both: 0,
  speed: 0,
  batch: 0,
  neither: 0,
})

function countsOf(kinds: readonly Kind[]): ExplainedEvents['counts'] {
  const counts = noCounts()
  for (const { events, mark } of kinds) {
    counts.all += events
    counts[mark.countedBy] += events
    if (mark.differs) counts.different += events
    if (mark.served) counts.served += events
  }
  return counts
}

async function pageOf(
  duck: Duck,
  { flags, after, limit }: { flags: readonly number[]; after: Position | null; limit: number },
): Promise<DecidedRow[]> {
  if (flags.length === 0) return []
  const onwards =
    after === null ? '' : ` AND (is_kept, seq, idx) > (${after.is_kept}, ${after.seq}, ${after.idx})`
  return duck.rows<DecidedRow>(
    `SELECT * FROM decided WHERE flags IN (${flags.join(', ')})${onwards} ORDER BY is_kept, seq, idx LIMIT ${limit}`,
  )
}

const placeOf = ({ seq, idx, is_kept }: Position) => `${is_kept ? keptMark : ''}${seq}.${idx}`

/** The data of a page's events. The bounds let whole stretches of the archive be passed over. */
async function dataOf(
  duck: Duck,
  source: EventSource,
  page: readonly DecidedRow[],
): Promise<Map<string, string>> {
  const data = new Map<string, string>()
  for (const [relations, isKept] of [
    [source.log, false],
    [source.kept, true],
  ] as const) {
    const wanted = page.filter((row) => row.is_kept === isKept)
    const [first] = wanted
    const last = wanted.at(-1)
    if (relations === null || first === undefined || last === undefined) continue
    const places = wanted.map(({ seq, idx }) => `(${seq}, ${idx})`).join(', ')
    const rows = await duck.rows<{ seq: number; idx: number; data: string }>(
      `SELECT seq, idx, left(data, ${dataLength + 1}) AS data FROM ${relations.inside}
        WHERE seq BETWEEN ${first.seq} AND ${last.seq} AND (seq, idx) IN (${places}) AND data IS NOT NULL`,
    )
    for (const row of rows) data.set(placeOf({ ...row, is_kept: isKept }), row.data)
  }
  return data
}

function eventOf(row: DecidedRow, data: string | undefined, context: FateContext): ExplainedEvent {
  const flags = flagsOf(row.flags)
  const { seq, idx: index, log_time: logTime } = row
  const firstAt = flags.winner
    ? null
    : { seq: row.first_seq, index: row.first_idx, logTime: row.first_log_time }
  return {
    seq,
    index,
    partition: row.part,
    time: row.time,
    logTime,
    source: row.source,
    id: row.id,
    data: data === undefined ? null : data.slice(0, dataLength),
    dataCut: (data?.length ?? 0) > dataLength,
    ...markEvent({ ...flags, seq, index, logTime, firstAt, watermark: row.watermark }, context),
    duplicateOf: firstAt === null ? null : { seq: firstAt.seq, index: firstAt.index },
  }
}

function checkLimit(limit: number = explainEventsLimit.default): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= explainEventsLimit.max) return limit
  throw new AppError(
    'bad_request',
    `Reading the events failed: limit is ${limit}, which is not a whole number from 1 to ${explainEventsLimit.max}.`,
  )
}
