import { mkdtempSync } from 'node:fs'
import path from 'node:path'
import { nanos, type Duck } from '../../clients'
import { startTestServices, type TestServices } from '../../clients/testing'
import type { Stop } from '../../platform'
import { openAppender } from '../appender'
import type { LogEvent } from '../log-event'
import { openSchemaRegistry, type SchemaRegistry } from '../registry'
import { eventsStream, provisionStreams, streamState } from '../stream'
import { archivedRelation } from './archived-relation'
import { runArchiver, type ArchiverOptions } from './archiver'
import { waitForArchive } from './flush-request'

export const partitions = 4
export const base = Date.UTC(2026, 0, 1)

/** An archive of its own on services of its own. */
export interface ArchiveFixture extends AsyncDisposable {
  services: TestServices
  registry: SchemaRegistry
  dir: string
  start(options?: Partial<ArchiverOptions>): Promise<Stop>
  append(events: LogEvent[]): Promise<void>
  /** Everything logged so far is archived. */
  settle(): Promise<void>
  rows<T>(sql: string, type?: string): Promise<T[]>
}

export async function archiveFixture(duck: Duck): Promise<ArchiveFixture> {
  const services = await startTestServices()
  await provisionStreams(services.nats, { maxBytes: 512 * 1024 ** 2 })
  const registry = await openSchemaRegistry(services)
  const dir = mkdtempSync(path.join(services.dataDir, 'archive-'))
  const appender = openAppender(services.nats, { partitions })
  const { pool, nats } = services
  const stops: Stop[] = []
  return {
    services,
    registry,
    dir,
    async start(options = {}) {
      const owner = `test-${Math.random()}`
      const stop = await runArchiver({
        pool,
        nats,
        dir,
        partitions,
        schemas: registry,
        owner,
        flushMs: 50,
        ...options,
      })
      stops.push(stop)
      return stop
    },
    append: (events) => appender.append(events),
    async settle() {
      await waitForArchive(services, (await streamState(nats)).lastSeq, { timeoutMs: 30_000 })
    },
    async rows(sql, type = 't') {
      const found = await archivedRelation(pool, dir, { type })
      return duck.rows(sql.replace('ARCHIVE', found?.relation ?? '(SELECT 1 WHERE false)'))
    },
    async [Symbol.asyncDispose]() {
      for (const stop of stops) await stop()
      registry.close()
      await services.stop()
    },
  }
}

export const event = (i: number, data: unknown = { n: i, name: `é ${i}` }, type = 't'): LogEvent => ({
  type,
  source: '/archive',
  id: `e${i}`,
  timeMs: base + i * 1_000,
  attrs: { subject: `s${i % 3}`, traceparent: 'x' },
  data,
})
export const events = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => event(from + i))

/** Lets the log forget after so many ms, far less than the product allows; 0: never. */
export const keepLogFor = (nats: TestServices['nats'], maxAgeMs: number) =>
  nats.jsm.streams.update(eventsStream, {
    max_age: nanos(maxAgeMs),
    ...(maxAgeMs > 0 && { duplicate_window: nanos(maxAgeMs / 2) }),
  })
