import { AppError } from '../platform'

/** SQLSTATE classes of a server that is away, starting, stopping or full: asking again later helps. */
const postgresAway = /^(08|57P0|53|55P03)/
const systemAway = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'])
const natsAway = new Set([
  'TimeoutError',
  'NoRespondersError',
  'ClosedConnectionError',
  'DrainingConnectionError',
  'ConnectionError',
  'RequestError',
])
/** Text that Postgres cannot hold: NUL, or half of a surrogate pair. */
const postgresText = new Set(['22021', '22P05'])

/** Every error as the one that may be shown. An unknown one keeps its cause for the log and tells nothing of it. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (postgresText.has(code))
    return new AppError('bad_request', 'Refused: a text holds NUL or half of a surrogate pair. Remove it.', {
      cause: error,
    })
  if (isAway(error, code))
    return new AppError(
      'unavailable',
      'A service this needs is away. Try again shortly; /readyz names which.',
      {
        cause: error,
        retryAfterS: 2,
      },
    )
  return new AppError('internal', internalMessage, { cause: error })
}

export const internalMessage = 'The server failed to do this. The reason is in its log; try again.'

function isAway(error: unknown, code: string): boolean {
  if (systemAway.has(code) || postgresAway.test(code)) return true
  if (!(error instanceof Error)) return false
  return (
    natsAway.has(error.name) ||
    /^(timeout exceeded when trying to connect|Connection terminated)/.test(error.message)
  )
}
