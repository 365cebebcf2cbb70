import { destination, pino, type Logger } from 'pino'
import { readEnv } from './env'

export type { Logger } from 'pino'

let root: Logger | undefined

/** JSON lines on stderr; written synchronously, so that the last line before a crash is there. */
export function logger(name: string): Logger {
  root ??= pino(
    { level: readEnv().logLevel, base: { pid: process.pid } },
    destination({ dest: 2, sync: true }),
  )
  return root.child({ name })
}
