import { credentialOf, stillHolds, type Principal } from '../../auth'
import { Recent, type Console } from '../../control'
import { AppError, logger } from '../../platform'
import { toAppError } from '../app-error'
import { trpcErrorOf } from '../trpc/init'
import { admissionOf, askerOf } from './admission'
import { streamCheckMs } from './limits'

type Feed<T> = AsyncGenerator<T, void, undefined>

interface Viewer {
  console: Console
  principal: Principal
  request: { headers: Headers }
}

/** Streams that were opened by one sign-in share one look at whether it still holds. */
const looks = new WeakMap<Console, Recent<boolean>>()

/**
 * A live stream as long as its sign-in holds: it is looked at again while the stream is open, since nothing else is
 * asked of a connection that only listens. Counts against what its principal may hold open.
 */
export async function* heldStream<T>(
  viewer: Viewer,
  outer: AbortSignal | undefined,
  open: (signal: AbortSignal) => Feed<T>,
): Feed<T> {
  try {
    yield* heldOpen(viewer, outer, open)
  } catch (thrown) {
    // A stream that fails has left the procedure: nothing else gives its error words and a code.
    const error = toAppError(thrown)
    if (error.code === 'internal') logger('live').error({ err: error.cause }, 'a live stream failed')
    throw trpcErrorOf(error)
  }
}

async function* heldOpen<T>(
  { console, principal, request: { headers } }: Viewer,
  outer: AbortSignal | undefined,
  open: (signal: AbortSignal) => Feed<T>,
): Feed<T> {
  const close = admissionOf(console).streams.open(askerOf(principal))
  const ending = new AbortController()
  const over = new AbortController()
  const signal = AbortSignal.any([ending.signal, over.signal, ...(outer ? [outer] : [])])
  const credential = credentialOf(headers)
  const look = async () => {
    // A caller within the process has none. While the store is away nobody is known to have left.
    if (credential !== null && !(await holds(console, headers, credential).catch(() => true))) over.abort()
  }
  const timer = setInterval(() => void look(), streamCheckMs).unref()
  try {
    yield* open(signal)
    if (over.signal.aborted)
      throw new AppError('unauthenticated', 'The live view ended: its sign-in is over. Sign in again.')
  } finally {
    clearInterval(timer)
    ending.abort()
    close()
  }
}

function holds(console: Console, headers: Headers, credential: string): Promise<boolean> {
  const recent = looks.get(console) ?? new Recent<boolean>(console.clock, streamCheckMs)
  looks.set(console, recent)
  return recent.get(credential, () => stillHolds(console, headers))
}
