import { inTransaction, type Pool } from '../../clients'
import { AppError } from '../../platform'
import type { BudgetCorrectionView, ObjectiveSpec } from '../model'
import { occurrencesOf } from './correction-spans'
import { endCorrection, insertCorrection, selectCorrections } from './corrections-store'
import type { NewCorrection, Trail } from './model'
import { dayMs } from './objective-window'

const correctionsLimit = 1_000
const longestMs = 31 * dayMs

interface Deps {
  pool: Pool
  trail: Trail
}

export const listCorrections = ({ pool }: { pool: Pool }): Promise<BudgetCorrectionView[]> =>
  selectCorrections(pool)

/** Takes a stretch of planned work out of budgets: from now on also of the past that they still hold. */
export async function addCorrection(
  { pool, trail }: Deps,
  { actor, ...input }: NewCorrection & { actor: string },
): Promise<BudgetCorrectionView> {
  refuseBad(input)
  return inTransaction(pool, async (client) => {
    if ((await selectCorrections(client)).length >= correctionsLimit)
      throw refused(`there are ${correctionsLimit} already`, 'Remove those that are over')
    const added = await insertCorrection(client, { ...input, actor })
    await trail(client, {
      actor,
      action: 'correction.add',
      object: added.pipeline ?? 'all pipelines',
      detail: {
        id: added.id,
        objectives: added.objectives,
        category: added.category,
        from: new Date(added.from).toISOString(),
        to: new Date(added.to).toISOString(),
        recurrence: added.recurrence,
        reason: added.reason,
      },
    })
    return added
  })
}

/** Its stretches count again. */
export async function removeCorrection(
  { pool, trail }: Deps,
  { id, actor, reason }: { id: number; actor: string; reason: string },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const ended = await endCorrection(client, { id, actor })
    if (!ended)
      throw new AppError(
        'not_found',
        `Removing correction ${id} failed: there is none in force. Reload the list.`,
      )
    await trail(client, {
      actor,
      action: 'correction.remove',
      object: ended.pipeline ?? 'all pipelines',
      detail: { id, reason },
    })
  })
}

/** Whether a correction is about an objective. */
export function concerns(
  { pipeline, objectives }: Pick<BudgetCorrectionView, 'pipeline' | 'objectives'>,
  spec: Pick<ObjectiveSpec, 'id' | 'sli'>,
): boolean {
  if (objectives.length > 0) return objectives.includes(spec.id)
  return pipeline === null || spec.sli?.pipeline === pipeline
}

function refuseBad({ from, to, recurrence }: NewCorrection): void {
  if (to <= from) throw refused('it ends before it begins', 'Give an end after its start')
  if (to - from > longestMs) throw refused('it is longer than 31 days', 'Give several, or a shorter one')
  if (recurrence === null) return
  const everyMs = { day: dayMs, week: 7 * dayMs, month: 28 * dayMs }[recurrence.every]
  if (to - from > everyMs) throw refused('it is longer than the time until it comes again', 'Shorten it')
  if (recurrence.until !== null && occurrencesOf({ from, to, recurrence }, { from, to }).length === 0)
    throw refused('it ends before it begins', 'Give a later `until`')
}

const refused = (why: string, remedy: string) =>
  new AppError('bad_request', `Adding the correction was refused: ${why}. ${remedy}.`)
