import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import pg from 'pg'

const charOid = 18
const bpcharOid = 1042

// The adapter does not know Postgres' internal "char" type, which the engine reads from the catalog and expects as
// Character: such columns pass through it as bpchar and are relabelled on the way out.
const charColumns = new WeakMap<object, number[]>()

class CatalogPool extends pg.Pool {
  override async query(...args: unknown[]): Promise<pg.QueryResult> {
    const query = super.query.bind(this) as unknown as (...all: unknown[]) => Promise<pg.QueryResult>
    const result = await query(...args)
    const columns = result.fields.flatMap((field, i) => (field.dataTypeID === charOid ? [i] : []))
    for (const field of result.fields) if (field.dataTypeID === charOid) field.dataTypeID = bpcharOid
    if (columns.length > 0) charColumns.set(result.rows, columns)
    return result
  }
}

async function connect(url: string): Promise<SqlDriverAdapter> {
  const pool = new CatalogPool({ connectionString: url, max: 1 })
  pool.on('error', () => undefined) // a shadow database is dropped under its last idle connection
  const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect()
  const queryRaw = adapter.queryRaw.bind(adapter)
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query)
    for (const i of charColumns.get(result.rows) ?? []) result.columnTypes[i] = ColumnTypeEnum.Character
    return result
  }
  return adapter
}

interface MigrationAdapter {
  factory: SqlMigrationAwareDriverAdapterFactory
  close(): Promise<void>
}

/**
 * The stock adapter must not be used here: with a connection string its shadow database is the real one, and
 * migrations would be replayed into it.
 */
export function migrationAdapter(url: string): MigrationAdapter {
  const open: SqlDriverAdapter[] = []
  const connectTo = async (target: string) => {
    const adapter = await connect(target)
    open.push(adapter)
    return adapter
  }
  return {
    factory: {
      provider: 'postgres',
      adapterName: '@prisma/adapter-pg',
      connect: () => connectTo(url),
      connectToShadowDb: () => connectToShadow(url, connectTo),
    },
    // The engine disposes of shadows alone.
    close: async () => {
      await Promise.all(open.map((adapter) => adapter.dispose().catch(() => undefined)))
    },
  }
}

async function connectToShadow(
  url: string,
  connectTo: (target: string) => Promise<SqlDriverAdapter>,
): Promise<SqlDriverAdapter> {
  const admin = await connectTo(url)
  const name = `prisma_shadow_${randomUUID().replaceAll('-', '')}`
  await admin.executeScript(`CREATE DATABASE "${name}"`)
  const shadowUrl = new URL(url)
  shadowUrl.pathname = `/${name}`
  const shadow = await connect(shadowUrl.href)
  const end = shadow.dispose.bind(shadow)
  shadow.dispose = async () => {
    await end()
    await admin.executeScript(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)
  }
  return shadow
}
