import { Recent, type Console } from '../../control'
import { readObjectives, type ObjectiveView } from '../../slo'
import { refreshed } from './refreshed'

const lists = new WeakMap<Console, Recent<ObjectiveView[]>>()

function listOf(console: Console): Recent<ObjectiveView[]> {
  const known = lists.get(console) ?? new Recent<ObjectiveView[]>(console.clock, 900)
  lists.set(console, known)
  return known
}

/** All objectives as they were last evaluated, which is every ten seconds; all viewers share one read. */
export const liveObjectives = (
  console: Console,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectiveView[], void, undefined> =>
  refreshed(
    console,
    {
      read: () => listOf(console).get('', () => readObjectives(console)),
      concerns: ({ kind }) => kind === 'alerts',
      minMs: 1_000,
      maxMs: 5_000,
    },
    signal,
  )
