import { holdConnection } from './held-connection'
import type { Pool, PoolClient } from './pool'

export type Isolation = 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE'

/** Runs `fn` in one transaction: committed when it resolves, rolled back when it rejects. */
export async function inTransaction<T>(
  pool: Pool,
  fn: (client: PoolClient) => Promise<T>,
  isolation: Isolation = 'READ COMMITTED',
): Promise<T> {
  const { client, spoil, release } = await holdConnection(pool)
  try {
    await client.query(`BEGIN ISOLATION LEVEL ${isolation}`)
    const result = await fn(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch(spoil)
    throw error
  } finally {
    release()
  }
}
