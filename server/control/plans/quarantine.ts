import type { Nats } from '../../clients'
import { definitionOf } from '../pipeline-info'
import { findPipeline } from '../pipeline-store'
import { AppError, logger } from '../../platform'
import type { PlanFact } from '../model'
import { insertQuarantine, pipelinesOfType, selectQuarantined, type StoredQuarantine } from '../redrive-store'
import type { PlanCommand } from './command'
import { atOnce, doneAtOnce, iso, plainDraft, plainItem } from './instant'
import { definitionChanges } from './recompute'

export interface QuarantineRequest {
  options: {
    /** The `source` of the producer's events. */
    source: string
  }
}

/** Keeps a producer's events aside at the gateway; what it sends is acknowledged, counted as a hole, and put back later. */
export const quarantine: PlanCommand<QuarantineRequest> = {
  async preview({ pool }, target, { options: { source } }) {
    const { eventType } = target.definition
    const known = await selectQuarantined(pool, eventType)
    const already = known.find((row) => row.source === source && row.releasedAt === null)
    if (already)
      throw new AppError(
        'unprocessable',
        `${source} is in quarantine already, since ${iso(already.since)} (${already.actor}: ${already.reason}). Release it, or choose another producer.`,
      )
    const pipelines = await pipelinesOfType(pool, eventType)
    return plainDraft(target, {
      items: [
        plainItem(1, {
          label: `Producer ${source} of ${eventType}`,
          before: 'its events go into the log',
          after: 'its events are kept aside; their windows are served as partial and name it',
        }),
      ],
      notes: [
        `Touches every pipeline that reads ${eventType}: ${pipelines.join(', ')}.`,
        'What it sent before stays counted. What it sends from now on is acknowledged and kept whole; a release puts it back into the log.',
        'Only what comes through the gateway can be kept aside: a producer that publishes straight to NATS bypasses it.',
      ],
      estimate: atOnce('a quarantine takes effect within a second of being applied'),
      blastRadius: { consumers: [] },
    })
  },

  facts: (db, { pipeline, request }) => quarantinesOf(db, pipeline, request.options.source),
  changes: definitionChanges,

  async apply(client, plan, approval, { nats }) {
    const { source } = (plan.request as QuarantineRequest).options
    const type = await typeOf(client, plan.pipeline)
    const quarantineId = await insertQuarantine(client, { type, source, ...approval })
    return doneAtOnce(client, plan, approval, {
      result: { quarantineId, type, source },
      afterCommit: () => {
        announceQuarantine(nats)
      },
    })
  },
}

type Queryable = Parameters<NonNullable<(typeof quarantine)['facts']>>[0]

export async function typeOf(db: Queryable, pipeline: string): Promise<string> {
  const stored = await findPipeline(db, pipeline)
  if (stored === null) throw new AppError('not_found', `There is no pipeline ${pipeline}.`)
  return definitionOf(stored).eventType
}

/** In what state of quarantine a producer is; how much it has sent meanwhile is no change. */
export async function quarantinesOf(db: Queryable, pipeline: string, source: string): Promise<PlanFact[]> {
  const rows = await selectQuarantined(db, await typeOf(db, pipeline))
  const value = rows.filter((row) => row.source === source).map(describeState)
  return [{ what: `quarantine of ${source}`, value }]
}

const describeState = ({ id, since, releasedAt }: StoredQuarantine) =>
  `${id}: kept aside since ${iso(since)}${releasedAt === null ? '' : `, released at ${iso(releasedAt)}`}`

/** Gateways look by themselves every second; this spares them the wait. */
export function announceQuarantine({ nc }: Nats): void {
  try {
    nc.publish('control.quarantine', '')
  } catch (error) {
    logger('control').warn({ err: error }, 'the gateways were not told; they look again within a second')
  }
}
