import { inTransaction, type Nats, type Pool, type PoolClient } from '../clients'
import { AppError, logger } from '../platform'
import {
  insertSchema,
  lockForLoading,
  lockForRegistration,
  selectSchemasAfter,
  selectSubject,
  type SchemaRow,
} from './registry-store'
import { compileSchema } from './schema-compiler'
import type { DataCheck, SchemasInForce } from './schemas-in-force'
import { streamState } from './stream'

export type SchemaVersion = SchemaRow

export interface SchemaRegistry extends SchemasInForce {
  /** The same schema again, whatever its spacing and key order, is the same version. */
  register(
    subject: string,
    schema: string,
    onCreated?: WithVersion,
  ): Promise<SchemaVersion & { created: boolean }>
  subjects(): Promise<string[]>
  /** Ascending; empty: there is no such subject. */
  versions(subject: string): Promise<SchemaVersion[]>
  get(subject: string, version: number | 'latest'): Promise<SchemaVersion | null>
  getById(id: number): Promise<SchemaVersion | null>
  /** Subject and the version in force behind a sequence, of every subject. */
  inForce(seq: number): Record<string, number>
  close(): void
}

/** What belongs to a new version, in its transaction. */
type WithVersion = (client: PoolClient, version: SchemaVersion) => Promise<void>

const notifySubject = 'control.schemas'
const pollMs = 5_000
const maxVersions = 1_000
const maxSubjects = 10_000
const maxCompiled = 500

export async function openSchemaRegistry({
  pool,
  nats,
}: {
  pool: Pool
  nats: Nats
}): Promise<SchemaRegistry> {
  const registry = new Registry(pool, nats)
  await registry.sync()
  registry.watch()
  return registry
}

class Registry implements SchemaRegistry {
  readonly #pool: Pool
  readonly #nats: Nats
  readonly #bySubject = new Map<string, SchemaRow[]>()
  readonly #byId = new Map<number, SchemaRow>()
  readonly #checks = new Map<number, DataCheck>()
  #lastId = 0
  #loading: Promise<void> | null = null
  #queued: Promise<void> | null = null
  #stopWatching: () => void = () => undefined

  constructor(pool: Pool, nats: Nats) {
    this.#pool = pool
    this.#nats = nats
  }

  watch(): void {
    const refresh = () => {
      this.sync().catch((error: unknown) => {
        logger('registry').warn({ err: error }, 'cannot refresh the schemas yet')
      })
    }
    const subscription = this.#nats.nc.subscribe(notifySubject, { callback: refresh })
    const timer = setInterval(refresh, pollMs)
    timer.unref()
    this.#stopWatching = () => {
      clearInterval(timer)
      if (!this.#nats.nc.isClosed()) subscription.unsubscribe()
    }
  }

  close(): void {
    this.#stopWatching()
  }

  sync(): Promise<void> {
    if (!this.#loading) {
      this.#loading = this.#load().finally(() => (this.#loading = null))
      return this.#loading
    }
    // One under way may have looked before the caller's moment; the next one has not.
    this.#queued ??= this.#loading
      .catch(() => undefined)
      .then(() => {
        this.#queued = null
        return this.sync()
      })
    return this.#queued
  }

  async #load(): Promise<void> {
    const rows = await inTransaction(this.#pool, async (client) => {
      await lockForLoading(client)
      return selectSchemasAfter(client, this.#lastId)
    })
    for (const row of rows) this.#add(row)
  }

  #add(row: SchemaRow): void {
    if (this.#byId.has(row.id)) return
    this.#byId.set(row.id, row)
    const versions = this.#bySubject.get(row.subject) ?? []
    this.#bySubject.set(row.subject, [...versions, row])
    this.#lastId = Math.max(this.#lastId, row.id)
  }

  async register(
    subject: string,
    schema: string,
    onCreated?: WithVersion,
  ): Promise<SchemaVersion & { created: boolean }> {
    requireSubject(subject)
    const compiled = compileSchema(schema)
    if (!compiled.ok) {
      throw new AppError(
        'unprocessable',
        `Registering the schema ${subject} failed: ${compiled.problem}. Correct the schema and register it again.`,
      )
    }
    const text = canonical(schema)
    const result = await inTransaction(this.#pool, async (client) => {
      await lockForRegistration(client)
      const versions = await selectSubject(client, subject)
      const same = versions.find((version) => canonical(version.schema) === text)
      if (same) return { ...same, created: false }
      this.#requireRoom(subject, versions.length)
      const { lastSeq } = await streamState(this.#nats)
      const version = (versions.at(-1)?.version ?? 0) + 1
      const created = await insertSchema(client, { subject, version, schema, sinceSeq: lastSeq })
      await onCreated?.(client, created)
      return { ...created, created: true }
    })
    if (result.created) this.#nats.nc.publish(notifySubject)
    await this.sync()
    return result
  }

  #requireRoom(subject: string, versions: number): void {
    if (versions < maxVersions && (versions > 0 || this.#bySubject.size < maxSubjects)) return
    throw new AppError(
      'conflict',
      `Registering the schema ${subject} was refused: a registry holds ${maxSubjects} subjects with ${maxVersions} versions each.`,
    )
  }

  async subjects(): Promise<string[]> {
    await this.sync()
    return [...this.#bySubject.keys()].sort()
  }

  async versions(subject: string): Promise<SchemaVersion[]> {
    await this.sync()
    return this.#bySubject.get(subject) ?? []
  }

  async get(subject: string, version: number | 'latest'): Promise<SchemaVersion | null> {
    const versions = await this.versions(subject)
    const found = version === 'latest' ? versions.at(-1) : versions.find((row) => row.version === version)
    return found ?? null
  }

  async getById(id: number): Promise<SchemaVersion | null> {
    await this.sync()
    return this.#byId.get(id) ?? null
  }

  inForce(seq: number): Record<string, number> {
    const found: Record<string, number> = {}
    for (const subject of this.#bySubject.keys()) {
      const row = this.#versionAt(subject, seq)
      if (row) found[subject] = row.version
    }
    return found
  }

  mayCheck(type: string): boolean {
    return this.#bySubject.has(type)
  }

  checkAt(type: string, dataschema: string | null, seq: number): DataCheck | 'unknown' | null {
    const address = dataschema === null ? null : readAddress(dataschema)
    if (address) {
      const row =
        address.version === null
          ? this.#versionAt(address.subject, seq)
          : this.#bySubject.get(address.subject)?.find((found) => found.version === address.version)
      return row && row.sinceSeq < seq ? this.#check(row) : 'unknown'
    }
    const row = (dataschema === null ? null : this.#versionAt(dataschema, seq)) ?? this.#versionAt(type, seq)
    return row && this.#check(row)
  }

  #versionAt(subject: string, seq: number): SchemaRow | null {
    return this.#bySubject.get(subject)?.findLast((row) => row.sinceSeq < seq) ?? null
  }

  #check(row: SchemaRow): DataCheck {
    const known = this.#checks.get(row.id)
    if (known) return known
    const compiled = compileSchema(row.schema)
    // Registered by another release, perhaps: refuse what cannot be checked rather than let it pass.
    const check: DataCheck = compiled.ok
      ? compiled.check
      : () => `data cannot be checked: version ${row.version} of ${row.subject} does not compile.`
    if (this.#checks.size >= maxCompiled) this.#checks.clear()
    this.#checks.set(row.id, check)
    return check
  }
}

/** A dataschema that is an address in a registry: `…/subjects/{subject}/versions/{version or latest}`. */
function readAddress(dataschema: string): { subject: string; version: number | null } | null {
  const [, subject, version] = /\/subjects\/([^/?#]+)\/versions\/(\d{1,9}|latest)$/.exec(dataschema) ?? []
  if (subject === undefined || version === undefined) return null
  try {
    return { subject: decodeURIComponent(subject), version: version === 'latest' ? null : Number(version) }
  } catch {
    return null
  }
}

function requireSubject(subject: string): void {
  if (/^[^\p{Cc}\p{Cs}]{1,255}$/u.test(subject) && subject.trim() !== '') return
  throw new AppError(
    'unprocessable',
    'Registering the schema failed: a subject has 1 to 255 characters and no control characters.',
  )
}

function canonical(text: string): string {
  return JSON.stringify(JSON.parse(text), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
