import { hostname } from 'node:os'
import { openNats, openPool } from '../clients'
import { diskFolders, runLogKeeper, saveDiskUses } from '../control'
import { readDiskUses } from '../log'
import { logger, sleep, systemClock, type Stop } from '../platform'
import type { StoreEnv } from './provision'

const diskEveryMs = 10_000

/** Looks after disks and log for as long as the supervisor runs, with its right to change streams. */
export async function keepStores(env: StoreEnv): Promise<Stop> {
  const pool = openPool(env.databaseUrl, { name: 'parallax-keeper', max: 3 })
  const creds = env.natsCreds === undefined ? {} : { creds: env.natsCreds }
  const nats = await openNats({ url: env.natsUrl, name: 'parallax-keeper', ...creds })
  const stopping = new AbortController()
  const stopLog = runLogKeeper({ pool, nats, clock: systemClock })
  const disks = tellDisks()
  return async () => {
    stopping.abort()
    await Promise.all([stopLog(), disks])
    await nats.close()
    await pool.end()
  }

  async function tellDisks(): Promise<void> {
    const folders = diskFolders(env)
    while (!stopping.signal.aborted) {
      await readDiskUses(folders)
        .then((uses) => saveDiskUses(pool, hostname(), uses))
        .catch((error: unknown) => {
          logger('keeper').warn({ err: error }, 'could not tell what is left of the disks')
        })
      await sleep(diskEveryMs, stopping.signal)
    }
  }
}
