import { AppError } from '../../platform'
import { describePause, nudgeSpeed, resumeLayer } from '../layer-pause'
import { selectPauses, type Layer } from '../layer-pause-store'
import type { PlanCommand } from './command'
import { atOnce, doneAtOnce, iso, plainDraft, plainItem } from './instant'
import { pausesInForce } from './pause'
import { definitionChanges } from './recompute'

export interface ResumeRequest {
  options: {
    layer: Layer
    /** One of the reasons; absent: all of them. */
    pause?: number | undefined
  }
}

/** Ends reasons for which a layer stands still; it goes on where it stood when none is left. */
export const resume: PlanCommand<ResumeRequest> = {
  async preview({ pool }, target, { options: { layer, pause } }) {
    const { name } = target.stored
    const inForce = (await selectPauses(pool, [name])).filter((known) => known.layer === layer)
    const ending = inForce.filter(({ id }) => pause === undefined || id === pause)
    if (ending.length === 0)
      throw new AppError(
        'unprocessable',
        inForce.length === 0
          ? `Nothing to resume: the ${layer} layer of ${name} is not paused.`
          : `Nothing to resume: pause ${pause ?? ''} is not in force. In force are ${inForce.map(({ id }) => id).join(', ')}.`,
      )
    const left = inForce.filter((known) => !ending.includes(known))
    return plainDraft(target, {
      items: ending.map((known, i) =>
        plainItem(i + 1, {
          label: `Pause ${known.id} of the ${layer} layer of ${name}, since ${iso(known.since)}`,
          before: describePause(known),
          after: 'ended',
        }),
      ),
      notes:
        left.length > 0
          ? [`The layer still stands: ${left.map(describePause).join(' ')}`]
          : [
              layer === 'speed'
                ? 'The speed layer goes on exactly where it stood and catches up; status tells when it is done.'
                : 'The next run is scheduled as the definition says, and queued jobs are started.',
            ],
      estimate: atOnce('resuming takes effect when it is applied'),
    })
  },

  facts: (db, { pipeline, request }) => pausesInForce(db, pipeline, request.options.layer),
  changes: definitionChanges,

  async apply(client, plan, approval, deps) {
    const { pipeline } = plan
    const { layer, pause } = (plan.request as ResumeRequest).options
    const inForce = (await selectPauses(client, [pipeline])).filter((known) => known.layer === layer)
    const ids = inForce.map(({ id }) => id).filter((id) => pause === undefined || id === pause)
    const ended = await resumeLayer(client, { pipeline, layer, ids, actor: approval.actor })
    return doneAtOnce(client, plan, approval, {
      result: { layer, ended: ended.map(({ id }) => id) },
      afterCommit: () => {
        nudgeSpeed(deps.nats)
      },
    })
  },
}
