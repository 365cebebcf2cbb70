import { spanIdOf } from '../platform'

/** What happens to an event that carries a trace, in order; each step is the parent of the next. */
type EventStep = 'ingest' | 'append' | 'fold' | 'commit'

/**
 * A step's span id follows from the event: whoever takes the next step, in another process, knows its parent, and a
 * step done again after a crash is the same span again. `computeId` tells apart who folds it.
 */
export const eventSpanId = (
  step: EventStep,
  traceId: string,
  event: { source: string; id: string },
  computeId = 0,
): string => spanIdOf(traceId, step, event.source, event.id, computeId)
