import { getConsole, systemHealth, type Console } from '../../control'
import { toAppError } from '../app-error'
import { iso } from './instants'
import { json } from './route'

/** The process answers; nothing else is asked. */
export const handleHealthz = (): Response => json({ status: 'ok' })

/**
 * Whether this process can serve: 200 when database and log answer, else 503. Each dependency is named with its
 * state, and what a power cut can lose.
 */
export async function handleReadyz(openConsole: () => Promise<Console> = getConsole): Promise<Response> {
  try {
    const console = await openConsole()
    const { at, health, dependencies, durability, workers } = await systemHealth(console)
    const isReady = dependencies.every(
      ({ name, health: state }) =>
        state !== 'bad' || name === 'workers' || name === 'archive' || name === 'disk',
    )
    return json(
      {
        status: isReady ? 'ready' : 'unavailable',
        health,
        at: iso(at),
        dependencies: Object.fromEntries(dependencies.map(({ name, ...rest }) => [name, rest])),
        workers: workers.map(({ id, role, alive, heartbeatAt }) => ({
          id,
          role,
          alive,
          heartbeatAt: iso(heartbeatAt),
        })),
        durability,
      },
      { status: isReady ? 200 : 503, ...(isReady ? {} : { headers: { 'retry-after': '2' } }) },
    )
  } catch (thrown) {
    const error = toAppError(thrown)
    return json(
      { status: 'unavailable', health: 'bad', detail: error.message },
      { status: 503, headers: { 'retry-after': '2' } },
    )
  }
}
