import { startTestServices, type TestServices } from '../server/clients/testing'
import { openAppender, provisionStreams, streamState, subjectOf } from '../server/log'
import { computeHash, parseDefinition, partitionOf } from '../server/pipeline'
import { sleep } from '../server/platform'
import { benchDefinition, benchEvent, benchType, structuredText } from './bench-events'

export const partitions = 4

/** Private Postgres and nats-server for one figure, with the log provisioned; nothing waits for the disk. */
export async function openBenchServices(): Promise<TestServices> {
  const services = await startTestServices()
  await provisionStreams(services.nats)
  return services
}

const publishAhead = 20_000

/** Single-event messages, as a producer would publish them straight to NATS. */
export async function publishSingles({ nats }: TestServices, count: number): Promise<void> {
  const wanted = (await streamState(nats)).messages + count
  for (let i = 0; i < count; i++) {
    const event = benchEvent(i)
    nats.nc.publish(
      subjectOf(benchType, partitionOf(event.source, event.id, partitions)),
      structuredText(event),
    )
    if (i % publishAhead === publishAhead - 1) await nats.nc.flush()
  }
  await nats.nc.flush()
  await untilStored(nats, wanted)
}

/** The server confirms a flush before the stream has written everything. */
async function untilStored(nats: TestServices['nats'], wanted: number): Promise<void> {
  const deadline = Date.now() + 60_000
  while ((await streamState(nats)).messages < wanted) {
    if (Date.now() > deadline) throw new Error(`the log did not store ${wanted} messages within a minute`)
    await sleep(100)
  }
}

/** The same events as the gateway would frame them: 50 of one partition to a message. */
export async function publishFrames({ nats }: TestServices, count: number): Promise<void> {
  const appender = openAppender(nats, { partitions, maxFrameEvents: 50, lingerMs: 1_000 })
  for (let from = 0; from < count; from += publishAhead) {
    const size = Math.min(publishAhead, count - from)
    await appender.append(Array.from({ length: size }, (_, i) => benchEvent(from + i)))
  }
  await appender.close()
}

/** Puts a pipeline over the bench events in force; each is a compute of its own and folds the log from its start. */
export async function addPipeline({ pool }: TestServices, name: string): Promise<number> {
  const document = benchDefinition(name)
  const parsed = parseDefinition(document)
  if (!parsed.ok) throw new Error(`the bench pipeline is not valid: ${JSON.stringify(parsed.problems)}`)
  const { rows } = await pool.query<{ id: number }>(
    `WITH c AS (INSERT INTO compute (pipeline, hash, type, partitions) VALUES ($1, $2, $3, $4) RETURNING id),
          v AS (INSERT INTO pipeline_version (pipeline, version, definition, compute_id, created_by)
                SELECT $1, 1, $5::jsonb, id, 'bench' FROM c RETURNING id)
     INSERT INTO pipeline (name, version_id) SELECT $1, id FROM v RETURNING (SELECT id FROM c) AS id`,
    [name, computeHash(parsed.definition), benchType, partitions, JSON.stringify(document)],
  )
  return rows[0]?.id ?? 0
}

export async function removePipeline({ pool }: TestServices, name: string): Promise<void> {
  await pool.query(`UPDATE pipeline SET deleted_at = now() WHERE name = $1`, [name])
}
