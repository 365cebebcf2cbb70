import { getConsole, type Console } from '../../control'
import { costsRoutes } from './costs-routes'
import { alertsRoutes } from './alerts-routes'
import { dispatch } from './dispatch'
import { divergenceRoutes } from './divergence-routes'
import { eventsRoutes } from './events-routes'
import { explainRoutes } from './explain-routes'
import { incidentsRoutes } from './incidents-routes'
import { jobsRoutes } from './jobs-routes'
import { openApiRoute } from './openapi'
import { pipelinesRoutes } from './pipelines-routes'
import { plansRoutes } from './plans-routes'
import { producersRoutes } from './producers-routes'
import type { Route } from './route'
import { runbooksRoutes } from './runbooks-routes'
import { slosRoutes } from './slos-routes'
import { tracesRoutes } from './traces-routes'
import { trailRoutes } from './trail-routes'
import { valuesRoutes } from './values-routes'

const prefix = '/api/v1'

export const v1Routes: Route[] = [
  ...eventsRoutes,
  ...pipelinesRoutes,
  ...producersRoutes,
  ...valuesRoutes,
  ...explainRoutes,
  ...divergenceRoutes,
  ...plansRoutes,
  ...jobsRoutes,
  ...incidentsRoutes,
  ...runbooksRoutes,
  ...slosRoutes,
  ...tracesRoutes,
  ...alertsRoutes,
  ...trailRoutes,
  ...costsRoutes,
  openApiRoute(() => v1Routes, prefix),
]

/** REST face v1; `openConsole` is another one in tests. */
export const handleV1 = (
  request: Request,
  openConsole: () => Promise<Console> = getConsole,
): Promise<Response> => dispatch(openConsole, { prefix, routes: v1Routes }, request)
