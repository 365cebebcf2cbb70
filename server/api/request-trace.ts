import {
  admitEventTrace,
  inTrace,
  isSampled,
  newSpanId,
  newTraceContext,
  nowUs,
  readTraceparent,
  recordSpan,
  type TraceContext,
} from '../platform'

interface Named {
  name: string
  stage: 'gateway' | 'read' | 'write'
  pipeline: string | null
}

/** Beyond it a request is told of although nobody asked. */
const slowUs = { gateway: 1_000_000, read: 300_000, write: 1_000_000 }

/**
 * A request in a trace: the caller's where it names one, else its own, which what is logged meanwhile carries. Of its
 * own ones only those that failed or were slow are told, and one in a hundred. Nobody is told of a request that was
 * never named: strangers fill no store.
 */
export class RequestTrace {
  readonly #parent: TraceContext | null
  readonly #context: TraceContext
  readonly #startUs = nowUs()
  #named: Named | null = null

  constructor(headers: Headers) {
    this.#parent = readTraceparent(headers.get('traceparent'))
    this.#context = this.#parent === null ? newTraceContext() : { ...this.#parent, spanId: newSpanId() }
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return inTrace(this.#context, work)
  }

  /** Who asks may ask this. */
  named(named: Named): void {
    this.#named = named
  }

  /** `error`: what went wrong on our side; null: nothing did. */
  end(error: string | null): void {
    if (this.#named === null) return
    const { name, stage, pipeline } = this.#named
    const endUs = nowUs()
    const durationUs = Math.max(0, endUs - this.#startUs)
    const isSlow = durationUs > slowUs[stage]
    const isWanted = this.#parent !== null || error !== null || isSlow || isSampled(this.#context.traceId)
    if (!isWanted || !admitEventTrace(endUs / 1_000)) return
    recordSpan({
      ...this.#context,
      parentId: this.#parent?.spanId ?? null,
      name,
      stage,
      startUs: this.#startUs,
      durationUs,
      status: error === null ? 'ok' : 'error',
      attributes: {
        ...(pipeline !== null && { pipeline }),
        ...(error !== null && { error: error.slice(0, 300) }),
      },
    })
  }
}
