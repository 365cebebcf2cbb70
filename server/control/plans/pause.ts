import { AppError } from '../../platform'
import { describePause, nudgeSpeed, pauseLayer } from '../layer-pause'
import { selectPauses, type Layer } from '../layer-pause-store'
import type { PlanFact } from '../model'
import type { PlanCommand } from './command'
import { atOnce, doneAtOnce, iso, plainDraft, plainItem } from './instant'
import { definitionChanges } from './recompute'

export interface PauseRequest {
  options: {
    layer: Layer
    /** It resumes by itself then; absent: when somebody resumes it. */
    until?: number | undefined
  }
}

const consequences: Record<Layer, string[]> = {
  speed: [
    'Events go on into the log. Nothing of them is counted live until the layer resumes, exactly where it stands now.',
    'Batch runs need the speed layer’s position for their cut: windows after it wait too.',
  ],
  batch: [
    'No run is scheduled and no job that recomputes is started. A run that is under way goes on to its end.',
  ],
}

/** Makes a layer of a pipeline stand still, for a reason, until somebody resumes it or by itself. */
export const pause: PlanCommand<PauseRequest> = {
  async preview({ pool, clock }, target, { options: { layer, until } }) {
    const { name } = target.stored
    if (until !== undefined && until <= clock.now())
      throw new AppError(
        'bad_request',
        `Planning failed: options.until (${iso(until)}) has passed. Give a later instant, or none to pause until somebody resumes.`,
      )
    const pauses = (await selectPauses(pool, [name])).filter((known) => known.layer === layer)
    const end = until === undefined ? 'until somebody resumes it' : `until ${iso(until)}`
    return plainDraft(target, {
      items: [
        plainItem(1, {
          label: `The ${layer} layer of ${name}`,
          before: pauses.length === 0 ? 'running' : `paused for ${pauses.length} other reasons`,
          after: `paused ${end}`,
        }),
      ],
      notes: [
        ...consequences[layer],
        ...pauses.map((known) => `Already in force: ${describePause(known)} Both end apart from each other.`),
      ],
      estimate: atOnce('a pause takes effect when it is applied'),
    })
  },

  facts: (db, { pipeline, request }) => pausesInForce(db, pipeline, request.options.layer),
  changes: definitionChanges,

  async apply(client, plan, approval, deps) {
    const { layer, until } = (plan.request as PauseRequest).options
    if (until !== undefined && until <= deps.clock.now())
      throw new AppError(
        'conflict',
        'Applying the plan was refused: its `until` has passed. Make a new plan.',
        {
          details: { changed: [{ what: 'until', expected: 'to come', found: iso(until) }] },
        },
      )
    const { pipeline } = plan
    const pauseId = await pauseLayer(client, { pipeline, layer, until: until ?? null, ...approval })
    return doneAtOnce(client, plan, approval, {
      result: { pauseId, layer, until: until ?? null },
      afterCommit: () => {
        nudgeSpeed(deps.nats)
      },
    })
  },
}

export async function pausesInForce(
  db: Parameters<NonNullable<typeof pause.facts>>[0],
  pipeline: string,
  layer: Layer,
): Promise<PlanFact[]> {
  const pauses = await selectPauses(db, [pipeline])
  const value = pauses.filter((known) => known.layer === layer).map(describePause)
  return [{ what: `pauses of the ${layer} layer of ${pipeline}`, value }]
}
