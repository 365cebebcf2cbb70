import { authenticate } from '../auth'
import { getConsole, type Console } from '../control'
import type { Context } from './trpc/init'

/** Next sets both headers itself from the socket, and a proxy in front of it from what it saw. */
const isSecure = (headers: Headers): boolean =>
  headers.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https'

/** Spoofable, so it only ever slows down: the limits on an account hold whatever the address says. */
const addressOf = (headers: Headers): string =>
  headers.get('x-forwarded-for')?.split(',').at(-1)?.trim().slice(0, 64) ?? 'unknown'

export async function createContext(
  { req, resHeaders }: { req: Request; resHeaders: Headers },
  openConsole: () => Promise<Console> = getConsole,
): Promise<Context> {
  const console = await openConsole()
  return {
    console,
    principal: await authenticate(console, req.headers),
    request: { headers: req.headers, isSecure: isSecure(req.headers), address: addressOf(req.headers) },
    resHeaders,
  }
}
