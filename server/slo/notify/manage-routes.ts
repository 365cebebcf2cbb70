import { inTransaction, type Pool } from '../../clients'
import { AppError } from '../../platform'
import { defaultRoute, everyChannel } from '../alerts/routes'
import {
  lockSettings,
  selectRouteSettings,
  writeRouteSettings,
  type RouteSettings,
} from '../alerts/settings-store'
import type { Route } from '../model'
import type { Trail } from '../objectives/model'
import { lockChannels, selectChannelViews } from './channel-store'

export interface RoutesView extends RouteSettings {
  /** What holds where no route matches. */
  fallback: Route
}

export const readRoutes = async ({ pool }: { pool: Pool }): Promise<RoutesView> => ({
  ...(await selectRouteSettings(pool)),
  fallback: defaultRoute,
})

export async function saveRoutes(
  { pool, trail }: { pool: Pool; trail: Trail },
  { actor, reason, ...settings }: RouteSettings & { actor: string; reason: string },
): Promise<RoutesView> {
  return inTransaction(pool, async (client) => {
    await lockSettings(client)
    await lockChannels(client)
    const known = (await selectChannelViews(client)).map(({ name }) => name)
    refuseUnknown(settings.routes, known)
    const before = await selectRouteSettings(client)
    await writeRouteSettings(client, settings)
    await trail(client, {
      actor,
      action: 'alertRoutes.set',
      object: 'alert routes',
      detail: { change: { routes: { from: before, to: settings } }, reason },
    })
    return { ...settings, fallback: defaultRoute }
  })
}

function refuseUnknown(routes: readonly Route[], known: readonly string[]): void {
  const named = routes.flatMap(({ steps }) => steps.flatMap(({ channels }) => channels))
  const unknown = named.find((name) => name !== everyChannel && !known.includes(name))
  if (unknown !== undefined)
    throw new AppError(
      'bad_request',
      `Saving the routes failed: there is no channel ${unknown}. Use one of ${[everyChannel, ...known].join(', ')}.`,
    )
  const late = routes.findIndex(({ steps }) =>
    steps.some((step, i) => step.afterMinutes < (steps[i - 1]?.afterMinutes ?? 0)),
  )
  if (late >= 0)
    throw new AppError(
      'bad_request',
      `Saving the routes failed: the steps of route ${late + 1} are not in order of time. Put the earliest first.`,
    )
}
