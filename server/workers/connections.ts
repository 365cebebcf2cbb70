import { openNats, openPool, type Nats, type Pool } from '../clients'
import { AppError, leaseTimes, type Env, type Stop } from '../platform'
import { openSpanWriter } from '../slo'
import { openRoleHealth } from './role-health'

export interface Connections {
  pool: Pool
  nats: Nats
  close(): Promise<void>
}

/** The database and log of a role's process. */
export async function connect(env: Env, name: string, poolSize: number): Promise<Connections> {
  const { databaseUrl, natsUrl, natsCreds } = env
  if (databaseUrl === undefined || natsUrl === undefined) {
    throw new AppError(
      'unavailable',
      `Starting the role ${name} failed: DATABASE_URL and NATS_URL are not set. Set both, or use parallax start, which does.`,
    )
  }
  // A process that stands still inside a transaction must not keep its rows locked from whoever takes over. Where one
  // waits for more than the database, as for the engine of a batch run, it lifts the limit itself.
  const pool = openPool(databaseUrl, {
    name: `parallax-${name}`,
    max: poolSize,
    idleInTransactionMs: leaseTimes.leaseMs,
  })
  const creds = natsCreds === undefined ? {} : { creds: natsCreds }
  const nats = await openNats({ url: natsUrl, name: `parallax-${name}`, ...creds }).catch(
    async (error: unknown) => {
      await pool.end()
      throw error
    },
  )
  const stopHealth = await openHealth(env, { role: name, pool, nats }).catch(async (error: unknown) => {
    await nats.close()
    await pool.end()
    throw error
  })
  const stopSpans = openSpanWriter({ pool, role: name })
  return {
    pool,
    nats,
    async close() {
      await stopHealth()
      await stopSpans()
      await nats.close()
      await pool.end()
    },
  }
}

const openHealth = (
  { healthPort: port }: Env,
  role: { role: string; pool: Pool; nats: Nats },
): Promise<Stop> =>
  port === undefined ? Promise.resolve(() => Promise.resolve()) : openRoleHealth({ port, ...role })
