import {
  getIncident,
  listIncidents,
  Recent,
  type Console,
  type IncidentDetail,
  type IncidentPage,
} from '../../control'
import { refreshed } from './refreshed'
import type { ViewChange } from './view-change'

type Feed<T> = AsyncGenerator<T, void, undefined>

interface Shared {
  lists: Recent<IncidentPage>
  details: Recent<IncidentDetail>
}

const shared = new WeakMap<Console, Shared>()

function sharedOf(console: Console): Shared {
  const known = shared.get(console) ?? {
    lists: new Recent<IncidentPage>(console.clock, 900),
    details: new Recent<IncidentDetail>(console.clock, 900),
  }
  shared.set(console, known)
  return known
}

const concerns = ({ kind }: ViewChange) => kind !== 'cells'
const liveLimit = 100

/** Incidents that are not resolved, newest first. */
export const liveIncidents = (console: Console, signal: AbortSignal | undefined): Feed<IncidentPage> =>
  refreshed(
    console,
    {
      read: () =>
        sharedOf(console).lists.get('', () =>
          listIncidents(console, { state: 'live' }, { before: null, limit: liveLimit }),
        ),
      concerns,
      minMs: 1_000,
      maxMs: 5_000,
    },
    signal,
  )

/** One incident with its timeline, candidates and runs. */
export const liveIncident = (
  console: Console,
  id: number,
  signal: AbortSignal | undefined,
): Feed<IncidentDetail> =>
  refreshed(
    console,
    {
      read: () => sharedOf(console).details.get(String(id), () => getIncident(console, id)),
      concerns,
      minMs: 1_000,
      maxMs: 5_000,
    },
    signal,
  )
