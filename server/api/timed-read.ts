import type { Principal } from '../auth'
import type { Console } from '../control'
import type { Traffic } from '../slo'
import { toAppError } from './app-error'

/** Says that a read is Parallax's own probe; heeded from the product's own token alone. */
export const probeHeader = 'x-parallax-probe'

export const trafficOf = (principal: Principal | null, headers: Headers): Traffic =>
  headers.has(probeHeader) && principal?.id === 'bootstrap' ? 'probe' : 'real'

/** Tells the read of a pipeline's values how long it took. What the asker got wrong is no read. */
export async function timedRead<T>(
  { reads }: Pick<Console, 'reads'>,
  { pipeline, traffic = 'real' }: { pipeline: string; traffic?: Traffic },
  read: () => Promise<T>,
): Promise<T> {
  const startedAt = performance.now()
  try {
    const answer = await read()
    reads?.read(pipeline, performance.now() - startedAt, traffic)
    return answer
  } catch (thrown) {
    const { code } = toAppError(thrown)
    if (code === 'internal' || code === 'unavailable') reads?.read(pipeline, null, traffic)
    throw thrown
  }
}
