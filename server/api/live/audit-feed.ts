import { auditHead, type Console } from '../../control'
import { sleep } from '../../platform'

/** A burst of entries is told once. */
const minMs = 500

/** The newest seq of the audit trail, and again whenever the relay has put new entries on the stream. */
export async function* liveAudit(
  console: Pick<Console, 'pool' | 'nats'>,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ seq: number }, void, undefined> {
  const ended = new AbortController()
  const either = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal
  let bell = new AbortController()
  const subscription = console.nats.nc.subscribe('audit.>', {
    callback: () => {
      bell.abort()
    },
  })
  try {
    while (!either.aborted) {
      bell = new AbortController()
      yield { seq: await auditHead(console) }
      await sleep(minMs, either)
      // Aborted already when something came meanwhile.
      await sleep(60_000, AbortSignal.any([either, bell.signal]))
    }
  } finally {
    ended.abort()
    if (!console.nats.nc.isClosed()) subscription.unsubscribe()
  }
}
