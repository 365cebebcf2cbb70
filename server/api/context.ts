import { addressOf, authenticate, noteRefusal } from '../auth'
import { getConsole, type Console } from '../control'
import type { Context } from './trpc/init'

/** Next sets the header itself from the socket, and a proxy in front of it from what it saw. */
const isSecure = (headers: Headers): boolean =>
  headers.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https'

export async function createContext(
  { req, resHeaders }: { req: Request; resHeaders: Headers },
  openConsole: () => Promise<Console> = getConsole,
): Promise<Context> {
  const console = await openConsole()
  const principal = await authenticate(console, req.headers)
  const address = addressOf(req.headers)
  return {
    console,
    principal,
    request: { headers: req.headers, isSecure: isSecure(req.headers), address },
    resHeaders,
    onOverstep(detail) {
      noteRefusal(console.pool, { kind: 'overstep', principal: principal?.name ?? null, address, detail })
    },
  }
}
