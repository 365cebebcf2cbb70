import type { Pool, PoolClient } from './pool'

export interface HeldConnection {
  client: PoolClient
  /** Its state is not known: it is closed instead of given back. */
  spoil: (error: unknown) => void
  release: () => void
}

/** A connection for statements that belong together; to be released. */
export async function holdConnection(pool: Pool): Promise<HeldConnection> {
  const client = await pool.connect()
  let broken: Error | undefined
  const spoil = (error: unknown) => {
    broken = error instanceof Error ? error : new Error(String(error))
  }
  // A connection that breaks between two statements emits; the next statement rejects, which is what counts.
  client.on('error', spoil)
  return {
    client,
    spoil,
    release() {
      // A broken one may still tell of it while it is closed, and nobody else listens then.
      if (broken === undefined) client.off('error', spoil)
      client.release(broken)
    },
  }
}
