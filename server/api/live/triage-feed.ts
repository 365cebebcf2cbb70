import { readTriage, Recent, type Console, type TriageView } from '../../control'
import { refreshed } from './refreshed'

const views = new WeakMap<Console, Recent<TriageView>>()

function viewOf(console: Console): Recent<TriageView> {
  const known = views.get(console) ?? new Recent<TriageView>(console.clock, 900)
  views.set(console, known)
  return known
}

/** Backlog, traces, failing jobs and divergence; all who look share one read. */
export const liveTriage = (
  console: Console,
  signal: AbortSignal | undefined,
): AsyncGenerator<TriageView, void, undefined> =>
  refreshed(
    console,
    {
      read: () => viewOf(console).get('', () => readTriage(console)),
      concerns: ({ kind }) => kind !== 'cells',
      minMs: 1_000,
      maxMs: 2_000,
    },
    signal,
  )
