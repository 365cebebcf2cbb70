import type { Socket } from 'node:net'
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

/**
 * What `copySql` (`COPY … TO STDOUT`) writes, as it comes; to be read at once. The stream takes the connection over from
 * the driver and accepts no other listener while it does: who watches the connection listens again afterwards.
 */
export function copyOutOf(client: PoolClient, copySql: string): Readable & { rowCount: number } {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  const watching = stream.listeners('data').slice(1) as (() => void)[]
  for (const listener of watching) stream.removeListener('data', listener)
  try {
    return client.query(to(copySql)) as Readable & { rowCount: number }
  } finally {
    for (const listener of watching) stream.on('data', listener)
  }
}
