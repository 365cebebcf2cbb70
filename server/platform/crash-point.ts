import { writeSync } from 'node:fs'
import { AppError } from './errors'

const wanted = readCrashAt(process.env.PARALLAX_CRASH_AT)
let passes = 0

/**
 * A named instant at which the fault suite kills this very process, as `kill -9` would: the n-th pass of
 * `PARALLAX_CRASH_AT=<name>:<n>`. Without that variable it is a comparison and nothing else. Names are
 * `<room>.<what>.<where>`.
 */
export function crashPoint(name: string): void {
  if (wanted === null) return
  if (wanted.name !== name || ++passes < wanted.pass) return
  writeSync(2, `${crashLine(name)}\n`)
  process.kill(process.pid, 'SIGKILL')
}

/** What is written before the end, for whoever counts crashes. */
export const crashLine = (name: string): string => `crash point ${name}`

export function readCrashAt(text: string | undefined): { name: string; pass: number } | null {
  if (text === undefined || text.trim() === '') return null
  const [, name, pass = '1'] = /^([a-z]+(?:\.[a-z-]+){2})(?::([1-9]\d{0,8}))?$/.exec(text.trim()) ?? []
  if (name === undefined) {
    throw new AppError(
      'bad_request',
      `Reading PARALLAX_CRASH_AT failed: "${text}" is not a crash point. Write <room>.<what>.<where>:<pass>, or unset it.`,
    )
  }
  return { name, pass: Number(pass) }
}
