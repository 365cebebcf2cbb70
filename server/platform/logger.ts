import { destination, pino, type Logger } from 'pino'
import { readEnv } from './env'
import { currentTrace } from './telemetry'

export type { Logger } from 'pino'

let root: Logger | undefined

/**
 * JSON lines on stderr; written synchronously, so that the last line before a crash is there. A line written while a
 * trace is worked for carries its id.
 */
export function logger(name: string): Logger {
  root ??= pino(
    { level: readEnv().logLevel, base: { pid: process.pid }, mixin: traceOf },
    destination({ dest: 2, sync: true }),
  )
  return root.child({ name })
}

function traceOf(): { traceId?: string } {
  const trace = currentTrace()
  return trace === undefined ? {} : { traceId: trace.traceId }
}
