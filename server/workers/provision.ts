import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { ensureFirstAdmin, type Trail } from '../auth'
import { openNats, openPool, type Nats, type Pool } from '../clients'
import { migrate } from '../clients/migrations'
import { applyDefinition, audit, bringInStep, provisionRunbooks } from '../control'
import { claimArchive, openSchemaRegistry, provisionStreams } from '../log'
import { parseDefinition } from '../pipeline'
import { projectRoot, retry, systemClock, type Env } from '../platform'
import { pipelineNames, saveLogSync } from './provision-store'

/** The environment once the stores run: the URLs are known. */
export type StoreEnv = Env & { databaseUrl: string; natsUrl: string }

export interface Provisioned {
  migrations: string[]
  /** Made now, because there was no user; the password only when it was made up. */
  admin: { email: string; password: string | null } | null
  pipelines: string[]
}

interface ProvisionOptions {
  samples: boolean
  /** Null: this machine runs no archive. */
  archiveDir: string | null
}

/** Brings database and log to what this release needs. Doing it again, or twice at once, changes nothing. */
export async function provision(
  env: StoreEnv,
  { samples, archiveDir }: ProvisionOptions,
): Promise<Provisioned> {
  const migrations = await retry(() => migrate(env.databaseUrl), { attempts: 5, baseMs: 500, maxMs: 4_000 })
  const pool = openPool(env.databaseUrl, { name: 'parallax-start', max: 4 })
  const nats = await openNats(natsOptions(env))
  try {
    await retry(() => provisionStreams(nats, replicasOf(env)), streamsPolicy)
    if (archiveDir !== null) await claimArchive({ pool, dir: archiveDir })
    await bringInStep({ pool, nats, clock: systemClock }, { archiveDir })
    await saveLogSync(pool, env.natsSync ?? null)
    const trail: Trail = (client, entry) => audit(client, systemClock, entry)
    const admin = await ensureFirstAdmin(
      { pool, trail },
      { email: env.adminEmail, password: env.adminPassword },
    )
    await provisionRunbooks({ pool, clock: systemClock }, shippedRunbooks())
    const pipelines = samples ? await applySamples(pool, nats) : []
    return { migrations, admin, pipelines }
  } finally {
    await nats.close()
    await pool.end()
  }
}

/** Makes the streams again that a restarted server has forgotten: those in memory. */
export async function provisionLog(env: NatsEnv): Promise<void> {
  const nats = await openNats(natsOptions(env))
  try {
    await provisionStreams(nats, replicasOf(env))
  } finally {
    await nats.close()
  }
}

/** A cluster that has just started has no leader yet, and refuses. */
const streamsPolicy = { attempts: 6, baseMs: 500, maxMs: 8_000 }

const replicasOf = ({ logReplicas }: Pick<Env, 'logReplicas'>) =>
  logReplicas === undefined ? {} : { replicas: logReplicas }

type NatsEnv = Pick<StoreEnv, 'natsUrl' | 'natsCreds' | 'logReplicas'>

const natsOptions = (env: NatsEnv) => ({
  url: env.natsUrl,
  name: 'parallax-start',
  ...(env.natsCreds === undefined ? {} : { creds: env.natsCreds }),
})

/** Registers the sample's schemas and applies its definitions, where new: what was changed or removed since stays. */
async function applySamples(pool: Pool, nats: Nats): Promise<string[]> {
  const known = await pipelineNames(pool)
  const registry = await openSchemaRegistry({ pool, nats })
  const applied: string[] = []
  try {
    for (const file of sampleFiles('schemas', /[.]json$/)) {
      const subject = path.basename(file, '.json')
      const versions = await registry.versions(subject)
      if (versions.length > 0) continue
      await registry.register(subject, readFileSync(file, 'utf8'), (client, { id, version }) =>
        audit(client, systemClock, {
          actor: 'sample',
          action: 'schema.register',
          object: subject,
          detail: { id, version, reason: 'sample feed' },
        }),
      )
    }
    for (const file of sampleFiles('.', /[.]ya?ml$/)) {
      const input = readFileSync(file, 'utf8')
      const parsed = parseDefinition(input)
      if (parsed.ok && known.has(parsed.definition.name)) continue
      const { name } = await applyDefinition(
        { pool, clock: systemClock, registry },
        { input, actor: 'sample', reason: 'sample feed' },
      )
      applied.push(name)
    }
  } finally {
    registry.close()
  }
  return applied
}

const shippedRunbooks = (): string[] =>
  sampleFiles('runbooks', /[.]md$/).map((file) => readFileSync(file, 'utf8'))

function sampleFiles(below: string, ending: RegExp): string[] {
  const folder = path.join(projectRoot(), 'pipelines', below)
  return readdirSync(folder)
    .filter((file) => ending.test(file))
    .sort()
    .map((file) => path.join(folder, file))
}
