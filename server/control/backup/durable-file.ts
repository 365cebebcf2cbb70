import { constants, createWriteStream, type WriteStream } from 'node:fs'
import { copyFile, link, mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { syncFile } from '../../platform'

/** Under a temporary name, synced, then under its own: a file that has its name is whole. */
export async function createDurably(
  file: string,
  write: (target: WriteStream) => Promise<void>,
): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  await write(createWriteStream(`${file}.tmp`, { mode: 0o600 }))
  await settle(`${file}.tmp`, file)
}

/** A link where both are on one file system, as these files never change; else a copy. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true, mode: 0o700 })
  const temporary = `${to}.tmp`
  await rm(temporary, { force: true })
  await link(from, temporary).catch(() => copyFile(from, temporary, constants.COPYFILE_FICLONE))
  await settle(temporary, to)
}

export async function copyDurably(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true })
  await copyFile(from, `${to}.tmp`, constants.COPYFILE_FICLONE)
  await settle(`${to}.tmp`, to)
}

async function settle(temporary: string, file: string): Promise<void> {
  await syncFile(temporary)
  await rename(temporary, file)
  await syncFile(path.dirname(file))
}
