import { archivedRelation } from '../log'
import type { Console } from './console'
import { definitionOf } from './pipeline-info'
import { rejectedBySource, selectQuarantined, type StoredQuarantine } from './redrive-store'
import { requirePipeline } from './require-pipeline'

/** How far back a producer counts as one that sends. */
const recentMs = 3_600_000
const producersLimit = 50
/** Beyond so many events, repeats are not counted. */
const countedRows = 5_000_000

export interface ProducerView {
  /** As its events carry it. */
  source: string
  /** Events of the last hour that are in the archive. */
  events: number
  /** Of these, repeats of an identity; null: too many events to tell cheaply. */
  duplicates: number | null
  /** Events published straight to NATS that were unusable, since the same time. */
  rejected: number
  /** Log time of the newest of them; null: none. */
  lastAt: number | null
  /** Null: its events go into the log. */
  quarantine: {
    since: number
    actor: string
    reason: string
    /** Kept aside so far. */
    kept: number
    /** Its new events flow again since then; those kept aside are being put back by the job. */
    releasedAt: number | null
    jobId: string | null
  } | null
}

export interface Producers {
  /** In quarantine first, then by events. */
  producers: ProducerView[]
  /** More send than are listed. */
  truncated: boolean
  from: number
  at: number
  /** What the figures rest on, in words. */
  basis: string
}

const basis =
  'Events of the last hour that are in the archive, by the time the log took them; rejected ones from the dead letters.'

/** Who sends the events that a pipeline reads, and whose are kept aside. */
export async function listProducers(
  deps: Pick<Console, 'pool' | 'clock' | 'archiveDir' | 'archiveReader'>,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Producers> {
  const { eventType } = definitionOf(await requirePipeline(deps, name))
  const at = deps.clock.now()
  const from = at - recentMs
  const kept = await selectQuarantined(deps.pool, eventType)
  const [seen, rejected] = await Promise.all([
    sendersOf(deps, { type: eventType, from }, signal),
    rejectedBySource(deps.pool, eventType, from),
  ])
  const known = new Set(kept.map(({ source }) => source))
  const held = kept.map((row): ProducerView => {
    const sender = seen.find(({ source }) => source === row.source)
    return {
      source: row.source,
      events: 0,
      duplicates: 0,
      lastAt: null,
      ...sender,
      rejected: rejected.get(row.source) ?? 0,
      quarantine: stateOf(row),
    }
  })
  const free = seen
    .filter(({ source }) => !known.has(source))
    .map((sender): ProducerView => ({
      ...sender,
      rejected: rejected.get(sender.source) ?? 0,
      quarantine: null,
    }))
  const all = [...held, ...free]
  return { producers: all.slice(0, producersLimit), truncated: all.length > producersLimit, from, at, basis }
}

const stateOf = ({ since, actor, reason, events, releasedAt, jobId }: StoredQuarantine) => ({
  since,
  actor,
  reason,
  kept: events,
  releasedAt,
  jobId,
})

interface Sender {
  source: string
  events: number
  duplicates: number | null
  lastAt: number
}

async function sendersOf(
  { pool, archiveDir, archiveReader }: Pick<Console, 'pool' | 'archiveDir' | 'archiveReader'>,
  { type, from }: { type: string; from: number },
  signal: AbortSignal | undefined,
): Promise<Sender[]> {
  const archived = await archivedRelation(pool, archiveDir, { type, fromMs: from })
  if (!archived) return []
  const rows = archived.segments.reduce((sum, segment) => sum + segment.rows, 0)
  const duplicates = rows > countedRows ? 'NULL' : 'count(*) - count(DISTINCT fp)'
  return archiveReader.read(signal, (duck) =>
    duck.rows<Sender>(
      `SELECT source, count(*)::DOUBLE AS events, (${duplicates})::DOUBLE AS duplicates,
              max(log_time)::DOUBLE AS "lastAt" FROM ${archived.relation}
        WHERE log_time >= ${from} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${producersLimit + 1}`,
    ),
  )
}
