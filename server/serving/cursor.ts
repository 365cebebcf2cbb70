import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../pipeline'
import { AppError } from '../platform'

/** Where a reader stopped, and which publication it had been served from. */
export interface CursorPosition {
  windowStart: Instant
  key: string
  publication: number
}

const macBytes = 16

/**
 * An opaque token: the position, signed together with the query it belongs to, so that it can neither be forged
 * nor be used with another query.
 */
export function encodeCursor(secret: string, query: unknown, position: CursorPosition): string {
  const body = Buffer.from(JSON.stringify([position.windowStart, position.key, position.publication]))
  return Buffer.concat([sign(secret, query, body), body]).toString('base64url')
}

export function decodeCursor(secret: string, query: unknown, cursor: string): CursorPosition {
  const bytes = Buffer.from(cursor, 'base64url')
  const body = bytes.subarray(macBytes)
  const genuine =
    bytes.length > macBytes &&
    bytes.toString('base64url') === cursor &&
    timingSafeEqual(bytes.subarray(0, macBytes), sign(secret, query, body))
  if (!genuine) {
    throw new AppError(
      'bad_request',
      'Reading on failed: the cursor was not given out for this query. Pass nextCursor unchanged, with the same parameters, or start again without a cursor.',
    )
  }
  const [windowStart, key, publication] = JSON.parse(body.toString()) as [number, string, number]
  return { windowStart, key, publication }
}

function sign(secret: string, query: unknown, body: Buffer): Buffer {
  const bound = createHash('sha256').update(JSON.stringify(query)).digest()
  return createHmac('sha256', secret).update(bound).update(body).digest().subarray(0, macBytes)
}
