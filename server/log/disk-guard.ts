import { existsSync } from 'node:fs'
import { AppError, logger, readDisk, type DiskSpace } from '../platform'
import { diskParts, judgeDisk, type DiskPart, type DiskUse } from './judge-disk'

const everyMs = 1_000

export type DiskFolders = Partial<Record<DiskPart, string>>

export interface DiskGuard {
  /** Throws while a disk has no room for what would be accepted. */
  check(): void
  /** As last read. */
  uses(): DiskUse[]
  stop(): void
}

interface Options {
  /** Those that are not there are on other machines, which look after them. */
  folders: DiskFolders
  read?: (folder: string) => Promise<DiskSpace>
}

/** Looks at the disks every second, so that events are refused before one is full, and taken again once it is not. */
export async function openDiskGuard({ folders, read = readDisk }: Options): Promise<DiskGuard> {
  let uses: DiskUse[] = []
  let full: DiskUse | undefined
  const look = async () => {
    uses = await readDiskUses(folders, read)
    const found = uses.find((use) => judgeDisk(use) === 'full')
    if ((found === undefined) !== (full === undefined))
      logger('gateway').warn(
        { found },
        found ? 'a disk is full: events are refused' : 'the disk has room again',
      )
    full = found
  }
  await look()
  const timer = setInterval(() => void look(), everyMs)
  timer.unref()
  return {
    check() {
      if (full !== undefined) throw diskFull(full)
    },
    uses: () => uses,
    stop() {
      clearInterval(timer)
    },
  }
}

/** A folder that cannot be looked at is left out: what it lacks shows when it is written to. */
export async function readDiskUses(folders: DiskFolders, read = readDisk): Promise<DiskUse[]> {
  const found = await Promise.all(
    diskParts.map(async (part): Promise<DiskUse | null> => {
      const folder = folders[part]
      if (folder === undefined || !existsSync(folder)) return null
      return read(folder).then(
        (space) => ({ part, ...space }),
        () => null,
      )
    }),
  )
  return found.filter((use) => use !== null)
}

const names: Record<DiskPart, string> = { log: 'log', database: 'database', archive: 'archive' }

const diskFull = ({ part, freeBytes }: DiskUse) =>
  new AppError(
    'unavailable',
    `Taking the events was refused: the disk of the ${names[part]} has ${Math.floor(freeBytes / 1024 ** 2)} MiB left, too little to keep them safely. None was stored; make room there, and send them again: nothing has to be started anew.`,
    { retryAfterS: 30, details: { reason: 'disk_full', part } },
  )
