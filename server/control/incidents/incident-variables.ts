import type { Pool } from '../../clients'
import type { Clock } from '../../platform'
import type { Variables } from '../runbooks/model'
import { findIncident, selectAlerts } from './incident-store'
import { noIncident } from './no-incident'
import { variablesOf } from './variables'

export async function incidentVariables(
  { pool, clock }: { pool: Pool; clock: Clock },
  id: number,
): Promise<Variables> {
  const [incident, alerts] = await Promise.all([findIncident(pool, id), selectAlerts(pool, id)])
  if (!incident) throw noIncident(id)
  return variablesOf(incident, alerts, clock.now())
}
