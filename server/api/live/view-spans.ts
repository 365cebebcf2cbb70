import { newSpanId, nowUs, readTraceparent, recordSpan, type TraceContext } from '../../platform'

/** Traces that wait for one push; of more, the first are followed. */
const waitingLimit = 64

/** From the news of a commit to the push that shows it, for those events of it that carry a trace. */
export class ViewSpans {
  private waiting: { context: TraceContext; startUs: number }[] = []

  note(traceparents: readonly string[]): void {
    const startUs = nowUs()
    for (const text of traceparents) {
      const context = readTraceparent(text)
      if (context !== null && this.waiting.length < waitingLimit) this.waiting.push({ context, startUs })
    }
  }

  /** What was noted is to be read for this push; call the answer once the viewers have it. */
  take(): (pipeline: string, viewers: number) => void {
    const taken = this.waiting
    this.waiting = []
    return (pipeline, viewers) => {
      const endUs = nowUs()
      for (const { context, startUs } of taken)
        recordSpan({
          ...context,
          spanId: newSpanId(),
          parentId: context.spanId,
          name: 'push',
          stage: 'view',
          startUs,
          durationUs: Math.max(0, endUs - startUs),
          status: 'ok',
          attributes: { pipeline, viewers },
        })
    }
  }
}
