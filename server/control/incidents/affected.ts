import type { Pool } from '../../clients'
import { readObjectives, readSliMinutes, sumMinutes, sumSlices, type ObjectiveView } from '../../slo'
import type { AffectedObjective, IncidentListItem } from './model'

const minuteMs = 60_000
/** What an hour-long list would not show: those that lost most come first. */
const shown = 20

/** Objectives an incident concerns: those its alerts name, and those of its pipelines that lost budget meanwhile. */
export async function affectedObjectives(
  pool: Pool,
  incident: Pick<IncidentListItem, 'objectives' | 'pipelines' | 'openedAt' | 'resolvedAt'>,
  now: number,
): Promise<AffectedObjective[]> {
  const { objectives, pipelines } = incident
  const all = await readObjectives({ pool })
  const concerned = all.filter(
    ({ id, pipeline }) => objectives.includes(id) || (pipeline !== null && pipelines.includes(pipeline)),
  )
  const from = Math.floor(incident.openedAt / minuteMs) * minuteMs
  const minutes = await readSliMinutes(
    pool,
    concerned.flatMap(({ sli }) => (sli ? [sli] : [])),
    { from, to: incident.resolvedAt ?? now },
  )
  return concerned
    .map((view) => affectedOf(view, minutes))
    .filter(({ id, bad }) => bad > 0 || objectives.includes(id))
    .sort((a, b) => (b.budgetUsed ?? 0) - (a.budgetUsed ?? 0) || (a.id < b.id ? -1 : 1))
    .slice(0, shown)
}

type Minutes = Awaited<ReturnType<typeof readSliMinutes>>

function affectedOf(view: ObjectiveView, minutes: Minutes): AffectedObjective {
  const { id, title, pipeline, target, sli, budgeting, state } = view
  const own = sli
    ? minutes.filter(
        (one) =>
          one.pipeline === sli.pipeline && one.indicator === sli.indicator && one.threshold === sli.threshold,
      )
    : []
  const { then } = budgeting.method === 'timeslices' ? sumSlices(own, budgeting) : sumMinutes(own)
  const bad = then.total - then.good
  const budget = state?.budgetTotal ?? null
  return {
    id,
    title,
    pipeline,
    target,
    status: state?.status ?? null,
    budgetLeft: state?.now.budgetLeft ?? null,
    bad,
    total: then.total,
    budgetUsed: budget === null || budget === 0 ? null : bad / budget,
  }
}
