import { AppError } from '../../platform'
import { findJob, insertJob } from '../job-store'
import { markReleased, selectQuarantined, type StoredQuarantine } from '../redrive-store'
import type { PlanCommand } from './command'
import { iso, jobItemOf, plainDraft, plainItem } from './instant'
import { countCells } from './plan-store'
import { announceQuarantine, quarantinesOf, typeOf, type QuarantineRequest } from './quarantine'
import { definitionChanges } from './recompute'

/** Messages of a few hundred events are put back at about this rate. */
const eventsPerSecond = 20_000
/** What is put back is nowhere else: it is tried for long. */
const redriveAttempts = 20

/** Lets a producer's new events flow again, and puts what was kept aside back into the log. */
export const release: PlanCommand<QuarantineRequest> = {
  async preview({ pool }, target, { options: { source } }) {
    const { definition, stored } = target
    const rows = await unfinished(pool, definition.eventType, source)
    const events = rows.reduce((sum, row) => sum + row.events, 0)
    const ranges = rows.map((row) => windowsOf(row, definition.windowSizeMs))
    const touched = ranges.flatMap((range) => (range === null ? [] : [range]))
    const counts =
      touched.length === 0 ? [] : await countCells(pool, { computeId: stored.computeId, ranges: touched })
    const total = counts.find(({ place }) => place === null)
    return plainDraft(target, {
      items: rows.map((row, i) => {
        const range = ranges[i] ?? null
        return plainItem(i + 1, {
          label: `${row.events} events of ${source}, kept since ${iso(row.since)}`,
          from: range?.from ?? null,
          to: range?.to ?? null,
          windows: range === null ? 0 : (range.to - range.from) / definition.windowSizeMs,
          before: row.releasedAt === null ? 'in quarantine' : 'released, but not all of it put back',
          after: 'in the log; each event counts once by its identity',
        })
      }),
      notes: [
        'Windows stay partial until all of it is in the log and folded.',
        definition.lateness.beyond === 'defer'
          ? 'Closed windows count what comes back with their next batch run; reconcile them to have it at once.'
          : 'Closed windows count what comes back as it is folded.',
        'Figures count when the plan is made; what the producer sends until it is applied is put back too.',
      ],
      estimate: {
        seconds: Math.ceil(events / eventsPerSecond),
        slowSeconds: null,
        bytes: 0,
        events,
        cost: 0,
        basis: `${events} events at about ${eventsPerSecond} a second`,
        quota: null,
      },
      blastRadius: {
        windows: total?.windows ?? 0,
        keys: total?.keys ?? 0,
        cells: total?.cells ?? 0,
      },
    })
  },

  facts: (db, { pipeline, request }) => quarantinesOf(db, pipeline, request.options.source),
  changes: definitionChanges,

  async apply(client, plan, { actor, reason }, { nats }) {
    const { source } = (plan.request as QuarantineRequest).options
    const rows = await unfinished(client, await typeOf(client, plan.pipeline), source)
    const jobId = await insertJob(client, {
      kind: 'redrive',
      pipeline: plan.pipeline,
      planId: plan.id,
      payload: { quarantineIds: rows.map(({ id }) => id) },
      items: plan.items.map((item) => jobItemOf(item, 'queued')),
      createdBy: actor,
      reason,
      maxAttempts: redriveAttempts,
    })
    if (jobId === null) throw new Error('a job without a dedupe key was taken for a duplicate')
    for (const { id } of rows) await markReleased(client, { id, actor, jobId })
    return {
      jobId,
      published: null,
      afterCommit: () => {
        announceQuarantine(nats)
      },
    }
  },
}

/** Quarantines of a producer that no job is putting back yet. */
async function unfinished(
  db: Parameters<typeof selectQuarantined>[0],
  type: string,
  source: string,
): Promise<StoredQuarantine[]> {
  const rows = (await selectQuarantined(db, type)).filter((row) => row.source === source)
  const waiting: StoredQuarantine[] = []
  for (const row of rows) {
    const job = row.jobId === null ? null : await findJob(db, row.jobId)
    if (job?.finishedAt !== null) waiting.push(row)
  }
  if (waiting.length > 0) return waiting
  throw new AppError(
    'unprocessable',
    rows.length === 0
      ? `Nothing to release: ${source} is not in quarantine for ${type}.`
      : `Nothing to release: ${source} is being put back already, by job ${rows[0]?.jobId ?? ''}.`,
  )
}

function windowsOf({ minTime, maxTime }: StoredQuarantine, sizeMs: number) {
  if (minTime === null || maxTime === null) return null
  return { from: Math.floor(minTime / sizeMs) * sizeMs, to: (Math.floor(maxTime / sizeMs) + 1) * sizeMs }
}
