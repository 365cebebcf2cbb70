import { addressOf, noteRefusal } from '../auth'
import { getConsole, type Console } from '../control'
import { admissionOf } from './admission'
import type { Context } from './trpc/init'

/** The web process writes the header itself: from the socket, or as a trusted proxy said. */
const isSecure = (headers: Headers): boolean =>
  headers.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https'

export async function createContext(
  { req, resHeaders, calls = 1 }: { req: Request; resHeaders: Headers; calls?: number },
  openConsole: () => Promise<Console> = getConsole,
): Promise<Context> {
  const console = await openConsole()
  const principal = await admissionOf(console).admit(req.headers, calls)
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
