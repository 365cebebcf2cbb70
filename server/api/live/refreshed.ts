import type { Console } from '../../control'
import { sleep } from '../../platform'
import { toAppError } from '../app-error'
import { tooMany } from './pipeline-feed'
import type { ViewChange } from './view-change'
import { hubOf } from './view-hub'

interface Refresh<T> {
  read: () => Promise<T>
  /** Which changes call for a new read; all when absent. */
  concerns?: (change: ViewChange) => boolean
  /** Reads are at least this far apart … */
  minMs: number
  /** … and at most this far, so that what ages without a change (a lag, a heartbeat) is told too. */
  maxMs: number
}

/** A value, and again after each change, until the viewer leaves. While a service is away the last one stands. */
export async function* refreshed<T>(
  console: Pick<Console, 'nats'>,
  { read, concerns = () => true, minMs, maxMs }: Refresh<T>,
  outer: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  const ending = new AbortController()
  const signal = outer ? AbortSignal.any([outer, ending.signal]) : ending.signal
  const hasLeft = () => signal.aborted
  const bell = new Bell(signal)
  const unlisten = hubOf(console).listen((event) => {
    if (event === 'reset' || concerns(event.change)) bell.ring()
  })
  if (!unlisten) throw tooMany()
  try {
    yield await read()
    while (!hasLeft()) {
      await sleep(minMs, signal)
      await bell.wait(maxMs - minMs)
      if (hasLeft()) return
      const next = await read().catch(onlyAway)
      if (next !== undefined) yield next
    }
  } finally {
    unlisten()
    ending.abort()
  }
}

/** Remembers that it rang until someone has waited for it. */
class Bell {
  private hasRung = false
  private wake = (): void => undefined

  constructor(private readonly signal: AbortSignal) {}

  ring(): void {
    this.hasRung = true
    this.wake()
  }

  async wait(ms: number): Promise<void> {
    if (!this.hasRung) {
      const waiting = new AbortController()
      this.wake = () => {
        waiting.abort()
      }
      await sleep(ms, AbortSignal.any([this.signal, waiting.signal]))
    }
    this.hasRung = false
  }
}

function onlyAway(error: unknown): undefined {
  if (toAppError(error).code !== 'unavailable') throw error
  return undefined
}
