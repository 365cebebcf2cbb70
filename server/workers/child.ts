import { fork, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import path from 'node:path'
import { sleep } from '../platform'
import { openLogFile } from './log-file'
import { restartDelay } from './restart-policy'
import type { RoleName } from './roles'

const repeatMs = 60_000
const rememberedLines = 100
const stopPatienceMs = 20_000
/** A role that has crashed this often before it was ever ready will not get better by trying. */
const attemptsToBeReady = 4

export interface ChildOptions {
  /** Shown and used as the log's name: `speed`, or `speed-2` for the second of its kind. */
  label: string
  role: RoleName
  env: Readonly<Record<string, string>>
  logDir: string
  /** A short line for the terminal. */
  say: (line: string) => void
}

export interface ManagedChild {
  label: string
  /** Resolves when the role is ready for the first time; rejects when it crashes again and again before that. */
  ready: Promise<void>
  pid(): number | undefined
  /** Ends it and starts it no more. */
  stop(): Promise<void>
  kill(): void
}

/**
 * Runs a role as a child process and keeps it running. It is in a process group of its own, so that a Ctrl-C in the
 * terminal does not reach it before the supervisor has decided the order; should the supervisor be killed, the
 * closed channel tells the child to end.
 */
export function runChild(options: ChildOptions): ManagedChild {
  const { label, role, say } = options
  const logPath = path.join(options.logDir, `${label}.log`)
  const log = openLogFile(logPath)
  const stopping = new AbortController()
  const isStopping = () => stopping.signal.aborted
  const isNews = rememberingRepeats()
  let child: ChildProcess | undefined
  let everReady = false
  let settle: { resolve: () => void; reject: (error: Error) => void }
  const ready = new Promise<void>((resolve, reject) => (settle = { resolve, reject }))

  const runOnce = () =>
    new Promise<string>((resolve) => {
      const env = { ...process.env, ...options.env }
      const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const
      const running = fork(process.argv[1] ?? '', ['role', role], { detached: true, stdio: [...stdio], env })
      child = running
      for (const stream of [running.stdout, running.stderr]) {
        if (stream === null) continue
        createInterface({ input: stream }).on('line', (line) => {
          log.write(line)
          const warning = warningIn(line)
          if (warning !== null && !isStopping() && isNews(warning)) say(`${label}  ${warning}`)
        })
      }
      running.on('message', (message) => {
        if (message !== 'ready') return
        everReady = true
        settle.resolve()
      })
      running.once('error', (error) => {
        resolve(error.message)
      })
      running.once('exit', (code, signal) => {
        resolve(signal ?? `code ${code ?? 0}`)
      })
    })

  const loop = async () => {
    for (let crashes = 0; !isStopping();) {
      const startedAt = performance.now()
      const how = await runOnce()
      child = undefined
      if (isStopping()) return
      const next = restartDelay(crashes, performance.now() - startedAt)
      crashes = next.crashes
      if (!everReady && crashes >= attemptsToBeReady) {
        settle.reject(
          new Error(`${label} ended ${crashes} times before it was ready (${how}); see ${logPath}`),
        )
        return
      }
      say(
        `${label}  ended (${how}); starting it again in ${(next.delayMs / 1000).toFixed(1)} s, see ${logPath}`,
      )
      await sleep(next.delayMs, stopping.signal)
    }
  }
  const ended = loop()
  ready.catch(() => undefined)

  return {
    label,
    ready,
    pid: () => child?.pid,
    async stop() {
      stopping.abort()
      child?.kill('SIGTERM')
      const force = setTimeout(() => child?.kill('SIGKILL'), stopPatienceMs)
      await ended
      clearTimeout(force)
      log.close()
    },
    kill() {
      stopping.abort()
      child?.kill('SIGKILL')
    },
  }
}

/** Whether a line was not said in the last minute: what is tried again every second is in the log often enough. */
export function rememberingRepeats(now: () => number = Date.now): (line: string) => boolean {
  const saidAt = new Map<string, number>()
  return (line) => {
    const lastAt = saidAt.get(line) ?? -Infinity
    if (now() - lastAt < repeatMs) return false
    if (saidAt.size >= rememberedLines) saidAt.clear()
    saidAt.set(line, now())
    return true
  }
}

/** What a line of a role's log says to the person at the terminal: warnings and worse, in one line. */
export function warningIn(line: string): string | null {
  if (!line.startsWith('{')) return null
  try {
    const { level, msg, err } = JSON.parse(line) as {
      level?: number
      msg?: string
      err?: { message?: string }
    }
    if (level === undefined || level < 40) return null
    const text = [msg, err?.message].filter((part) => part !== undefined && part !== '').join(': ')
    return text.length > 300 ? `${text.slice(0, 299)}…` : text
  } catch {
    return null
  }
}
