import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { commandLine, isAlive } from '../clients/embedded'
import { AppError } from '../platform'

/** What a running Parallax says about itself in its data folder; the CLI reads it to find the server. */
export interface Running {
  pid: number
  command: string
  url: string | null
}

const lockFile = (dataDir: string) => path.join(dataDir, 'parallax.lock')

/** The Parallax that runs on the folder, or null. A lock whose process is gone or is another program counts as none. */
export function findRunning(dataDir: string): Running | null {
  const running = read(dataDir)
  if (running === null || running.pid === process.pid || !isAlive(running.pid)) return null
  return commandLine(running.pid) === running.command ? running : null
}

/** Takes the folder for this process, and answers how to let it go. Two supervisors on one folder would end each other's stores. */
export function lockDataDir(dataDir: string, url: string | null): () => void {
  const other = findRunning(dataDir)
  if (other !== null) {
    const where = other.url === null ? '' : ` at ${other.url}`
    throw new AppError(
      'conflict',
      `Starting failed: Parallax already runs on ${dataDir} (process ${other.pid}${where}). Use it, stop it, or start this one with another --data-dir and --port.`,
    )
  }
  const mine: Running = { pid: process.pid, command: commandLine(process.pid), url }
  writeFileSync(lockFile(dataDir), JSON.stringify(mine), { mode: 0o600 })
  return () => {
    if (read(dataDir)?.pid === process.pid) rmSync(lockFile(dataDir), { force: true })
  }
}

function read(dataDir: string): Running | null {
  try {
    return JSON.parse(readFileSync(lockFile(dataDir), 'utf8')) as Running
  } catch {
    return null
  }
}
