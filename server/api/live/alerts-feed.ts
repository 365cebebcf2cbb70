import { Recent, type Console } from '../../control'
import { readAlertBoard, type AlertBoard } from '../../slo'
import { refreshed } from './refreshed'

const boards = new WeakMap<Console, Recent<AlertBoard>>()

function boardOf(console: Console): Recent<AlertBoard> {
  const known = boards.get(console) ?? new Recent<AlertBoard>(console.clock, 900)
  boards.set(console, known)
  return known
}

/** Live alerts by cause; a browser of any screen holds it, so all share one read. */
export const liveAlerts = (
  console: Console,
  signal: AbortSignal | undefined,
): AsyncGenerator<AlertBoard, void, undefined> =>
  refreshed(
    console,
    {
      read: () => boardOf(console).get('', () => readAlertBoard(console)),
      concerns: ({ kind }) => kind !== 'cells',
      minMs: 1_000,
      maxMs: 2_500,
    },
    signal,
  )
