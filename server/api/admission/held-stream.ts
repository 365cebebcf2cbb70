import { credentialOf, stillHolds, type Principal } from '../../auth'
import { Recent, type Console } from '../../control'
import { AppError } from '../../platform'
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
  { console, principal, request: { headers } }: Viewer,
  outer: AbortSignal | undefined,
  open: (signal: AbortSignal) => Feed<T>,
): Feed<T> {
  const close = admissionOf(console).streams.open(askerOf(principal))
  const ending = new AbortController()
  const over = new AbortController()
  const signal = AbortSignal.any([ending.signal, over.signal, ...(outer ? [outer] : [])])
  const look = async () => {
    // While the store is away nobody is known to have left.
    if (!(await holds(console, headers).catch(() => true))) over.abort()
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

function holds(console: Console, headers: Headers): Promise<boolean> {
  const recent = looks.get(console) ?? new Recent<boolean>(console.clock, streamCheckMs)
  looks.set(console, recent)
  return recent.get(credentialOf(headers) ?? '', () => stillHolds(console, headers))
}
