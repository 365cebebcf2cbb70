import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from, to } from 'pg-copy-streams'
import type { PoolClient } from './pool'

/** Streams chunks of COPY text or CSV into `copySql` (`COPY … FROM STDIN`); resolves to the rows written. */
export async function copyInto(
  client: PoolClient,
  copySql: string,
  chunks: AsyncIterable<string | Buffer> | Iterable<string | Buffer>,
): Promise<number> {
  const target = client.query(from(copySql))
  await pipeline(Readable.from(chunks, { objectMode: true }), target)
  return target.rowCount
}

/** What `copySql` (`COPY … TO STDOUT`) writes, as it comes; to be read at once. */
export const copyOutOf = (client: PoolClient, copySql: string): Readable & { rowCount: number } =>
  client.query(to(copySql))
