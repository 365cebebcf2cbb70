import type { Appender } from '../../log'
import { ofType, type UsageMeter } from '../../slo'

/** An appender that tells whom the process takes events in for. */
export function meteredAppender(appender: Appender, usage: UsageMeter): Appender {
  return {
    ...appender,
    async append(events) {
      await appender.append(events)
      const counts = new Map<string, number>()
      for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1)
      for (const [type, count] of counts)
        usage.note({ layer: 'log', pipeline: ofType(type), weight: count, events: count })
    },
  }
}

/** A read takes about as much of the web process as taking in this many events, which weigh 1. */
export const readWeight = 50
