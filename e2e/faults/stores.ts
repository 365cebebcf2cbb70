import { readFile } from 'node:fs/promises'
import { openNats, openPool, type Nats, type Pool } from '../../server/clients'
import { pidOf } from '../product/processes'
import { until, type Product } from '../product/start-product'

/** The database and the log of a running product, as its speed worker reaches them. */
export interface StoreAccess extends AsyncDisposable {
  pool: Pool
  nats: Nats
}

export async function openStoresOf(product: Product): Promise<StoreAccess> {
  const env = await environmentOf(product)
  const pool = openPool(env.DATABASE_URL ?? '', { name: 'faults', max: 4 })
  const nats = await openNats({ url: env.NATS_URL ?? '', name: 'faults' })
  return {
    pool,
    nats,
    async [Symbol.asyncDispose]() {
      await nats.close()
      await pool.end()
    },
  }
}

export const databaseUrlOf = async (product: Product): Promise<string> =>
  (await environmentOf(product)).DATABASE_URL ?? ''

/** What the product's speed worker was started with. */
async function environmentOf(product: Product): Promise<Record<string, string | undefined>> {
  let text = ''
  await until('the speed worker runs', 60_000, async () => {
    const pid = await pidOf(product, 'speed').catch(() => null)
    if (pid !== null) text = await readFile(`/proc/${String(pid)}/environ`, 'utf8').catch(() => '')
    return text.includes('DATABASE_URL=')
  })
  return Object.fromEntries(
    text.split('\0').map((pair) => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
