import { z } from 'zod'
import { backfillBytesPerDay } from '../../../pipeline'
import { summariseDivergence } from '../../../reconcile'
import { readable } from '../../compiled'
import { definitionOf } from '../../pipeline-info'
import { backfillBytesToday } from '../../quota-store'
import { requirePipeline } from '../../require-pipeline'
import { readHeaviestJob, readJobs, readLastComparison, readLastRun, readPublished } from '../facts-store'
import { namedQuery, pipelineArg, rangeArgs } from './query'
import { bytes, count, seconds, share } from './words'

const lastRun = namedQuery({
  doc: 'How the last batch run of a pipeline ended, and how many before it failed in a row.',
  args: z.strictObject({ pipeline: pipelineArg }),
  fields: {
    status: 'string',
    age_s: 'number',
    attempts: 'number',
    failed_in_a_row: 'number',
    error: 'string',
    job: 'string',
    from: 'string',
    to: 'string',
  },
  read: ({ pool }, { pipeline }) => readLastRun(pool, pipeline),
  tell: ({ status, age_s, failed_in_a_row, error }) => {
    if (status === null) return 'No batch run has ended yet.'
    const failed = (failed_in_a_row ?? 0) > 1 ? `, ${failed_in_a_row ?? 0} in a row` : ''
    return `The last run ${status}${failed}, ${seconds(age_s)} ago${error === null ? '.' : `: ${error}`}`
  },
})

const boundary = namedQuery({
  doc: 'Whether batch answers for windows, how old its newest window and its last publication are.',
  args: z.strictObject({
    pipeline: pipelineArg,
    from: rangeArgs.from.optional(),
    to: rangeArgs.to.optional(),
  }),
  fields: { covered: 'boolean', behind_s: 'number', published_age_s: 'number', by: 'string' },
  async read({ pool }, { pipeline, from = null, to = null }) {
    const { computeId } = await requirePipeline({ pool }, pipeline)
    return readPublished(pool, { computeId, from, to })
  },
  tell: ({ covered, behind_s, published_age_s }) =>
    `Batch answers ${covered === true ? 'for all' : 'not for all'} of these windows; its boundary is ${seconds(behind_s)} back, the last publication ${seconds(published_age_s)} ago.`,
})

const divergence = namedQuery({
  doc: 'What comparison found between speed and batch in windows: cells compared, beyond tolerance, unexplained, not put right yet.',
  args: z.strictObject({ pipeline: pipelineArg, ...rangeArgs }),
  fields: {
    compared: 'number',
    differing: 'number',
    beyond: 'number',
    drifting: 'number',
    last_drifting: 'number',
    open: 'number',
    largest: 'number',
    cause: 'string',
    compared_age_s: 'number',
  },
  async read({ pool, clock }, { pipeline, from, to }) {
    const target = await readable({ pool }, pipeline)
    const found = await Promise.all(
      target.compiled.definition.measures.map(({ name }) =>
        summariseDivergence(pool, { ...target, measure: name, from, to }),
      ),
    )
    const last = await readLastComparison(pool, { computeId: target.compute.id, from, to })
    const most = (of: (one: (typeof found)[number]) => number) => Math.max(0, ...found.map(of))
    const byCause = found.flatMap((one) => Object.entries(one.byCause)).sort(([, a], [, b]) => b - a)
    const [top] = byCause
    const comparedAt = found[0]?.comparedAt ?? null
    return {
      compared: most((one) => one.compared.cells),
      differing: most((one) => one.differing),
      beyond: most((one) => one.beyond),
      drifting: most((one) => one.drifting),
      last_drifting: last?.drifting ?? null,
      open: most((one) => one.open),
      largest: most((one) => one.largest?.relative ?? 0),
      cause: top && top[1] > 0 ? top[0] : 'none',
      compared_age_s: comparedAt === null ? null : (clock.now() - comparedAt) / 1000,
    }
  },
  tell: ({ compared, differing, beyond, drifting, last_drifting, open, largest, cause }) =>
    compared === 0
      ? 'Nothing was compared in these windows yet.'
      : `${count(compared, 'cell')} compared: ${differing ?? 0} differ, ${beyond ?? 0} beyond tolerance, ${drifting ?? 0} unexplained (${last_drifting ?? 0} by the last comparison), ${open ?? 0} not put right yet; largest ${share(largest)}, mostly ${cause ?? ''}.`,
})

const jobs = namedQuery({
  doc: 'Work of a pipeline under way, and what failed in the last hour.',
  args: z.strictObject({ pipeline: pipelineArg }),
  fields: {
    running: 'number',
    queued: 'number',
    asked: 'number',
    paused: 'number',
    failed_1h: 'number',
    succeeded_1h: 'number',
  },
  read: ({ pool }, { pipeline }) => readJobs(pool, pipeline),
  tell: ({ running, queued, asked, paused, failed_1h }) =>
    `${count(running, 'job')} running, ${queued ?? 0} queued, ${asked ?? 0} of these asked for by people, ${paused ?? 0} paused; ${failed_1h ?? 0} failed in the last hour.`,
})

const heaviestJob = namedQuery({
  doc: 'The job under way that has read most, over all pipelines.',
  args: z.strictObject({}),
  fields: { job: 'string', pipeline: 'string', kind: 'string', bytes: 'number', running: 'number' },
  read: ({ pool }) => readHeaviestJob(pool),
  tell: ({ job, pipeline, kind, bytes: read }) =>
    job === null
      ? 'No recompute is under way.'
      : `${kind ?? ''} of ${pipeline ?? ''} has read ${bytes(read)}: job ${job}.`,
})

const quota = namedQuery({
  doc: 'How much of today’s bytes for recomputes of a pipeline are used.',
  args: z.strictObject({ pipeline: pipelineArg }),
  fields: { used_bytes: 'number', limit_bytes: 'number', share: 'number' },
  async read({ pool }, { pipeline }) {
    const stored = await requirePipeline({ pool }, pipeline)
    const limit = backfillBytesPerDay(definitionOf(stored))
    const used = await backfillBytesToday(pool, pipeline)
    return { used_bytes: used, limit_bytes: limit, share: limit === null ? null : used / limit }
  },
  tell: ({ used_bytes, limit_bytes, share: part }) =>
    limit_bytes === null
      ? `${bytes(used_bytes)} read today; no quota is set.`
      : `${bytes(used_bytes)} of ${bytes(limit_bytes)} read today (${share(part)}).`,
})

export const batchQueries = {
  last_run: lastRun,
  boundary,
  divergence,
  jobs,
  heaviest_job: heaviestJob,
  quota,
}
