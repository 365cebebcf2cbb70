import { spawn, execFileSync, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { sleep } from '../../platform'

const logLimitBytes = 16 * 1024 * 1024

export interface ServiceCommand {
  command: string
  args: string[]
  /** Both output streams are appended to it; emptied first when it has grown past its limit. */
  logFile: string
  cwd?: string
  uid?: number
  gid?: number
}

/**
 * Starts a service in a process group of its own: a Ctrl-C in the terminal reaches the supervisor alone, which
 * stops the workers first and the stores last.
 */
export function spawnService({ command, args, logFile, ...options }: ServiceCommand): ChildProcess {
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > logLimitBytes) truncateSync(logFile)
  const log = openSync(logFile, 'a', 0o600)
  try {
    return spawn(command, args, { ...options, detached: true, stdio: ['ignore', log, log] })
  } finally {
    closeSync(log)
  }
}

/** Resolves when the child has ended or could not be started. */
export function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => {
      resolve()
    })
    child.once('error', () => {
      resolve()
    })
  })
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The command line of a process, or '' when it is gone: a pid from a file may have been given to another since. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    // Not Linux, or gone.
  }
  try {
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return ''
  }
}

/** Ends the process with `signal`, and by force when it is still there after `patienceMs`. */
export async function endProcess(pid: number, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  send(pid, signal)
  for (let waitedMs = 0; isRunning(pid); waitedMs += 25) {
    if (waitedMs >= patienceMs) send(pid, 'SIGKILL')
    await sleep(25)
  }
}

// A child that has ended stays visible as a zombie until this process has read its exit code.
function isRunning(pid: number): boolean {
  return isAlive(pid) && commandLine(pid) !== ''
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Already gone.
  }
}

/** The last lines of a log, for a message that says why a service did not start. */
export function tail(file: string, lines = 4): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join(' | ')
  } catch {
    return ''
  }
}
