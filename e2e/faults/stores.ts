import { readFile } from 'node:fs/promises'
import { openNats, openPool, type Nats, type Pool } from '../../server/clients'
import { pidOf } from '../product/processes'
import { until, type Product } from '../product/start-product'

/** The database and the log of a running product, as its speed worker reaches them. */
export interface StoreAccess extends AsyncDisposable {
  pool: Pool
  nats: Nats
}

export interface StoreUrls {
  databaseUrl: string
  natsUrl: string
}

export async function openStores({ databaseUrl, natsUrl }: StoreUrls): Promise<StoreAccess> {
  const pool = openPool(databaseUrl, { name: 'faults', max: 4 })
  const nats = await openNats({ url: natsUrl, name: 'faults' })
  return {
    pool,
    nats,
    async [Symbol.asyncDispose]() {
      await nats.close()
      await pool.end()
    },
  }
}

/** What the product's speed worker was started with. */
export async function storesOf(product: Product): Promise<StoreUrls> {
  let text = ''
  await until('the speed worker runs', 60_000, async () => {
    const pid = await pidOf(product, 'speed').catch(() => null)
    if (pid !== null) text = await readFile(`/proc/${String(pid)}/environ`, 'utf8').catch(() => '')
    return text.includes('DATABASE_URL=')
  })
  const env = new Map(
    text.split('\0').map((pair) => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
  return { databaseUrl: env.get('DATABASE_URL') ?? '', natsUrl: env.get('NATS_URL') ?? '' }
}
