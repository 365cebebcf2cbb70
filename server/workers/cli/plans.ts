import { AppError, sleep } from '../../platform'
import { jsonBody, type ApiClient } from './api-client'
import type { Command, CommandContext } from './command'

const pollMs = 500

interface Plan {
  id: string
  items: { label: string }[]
  notes?: string[]
  blastRadius: { windows: number; cells: number }
  estimate: { seconds: number; bytes: number; events: number }
}

interface Job {
  id: string
  status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'partial'
  progress: number
  error?: string | null
}

const planOptions = {
  reason: { type: 'string' },
  'no-wait': { type: 'boolean' },
} as const
const rangeOptions = { ...planOptions, from: { type: 'string' }, to: { type: 'string' } } as const

export const reconcile: Command = {
  usage: 'reconcile <pipeline> --from <instant> --to <instant> [--reason <text>] [--no-wait] [--dry-run]',
  summary:
    'Counts a range again from the archive, compares and publishes. --dry-run shows the plan and stops.',
  options: rangeOptions,
  positionals: { min: 1, max: 1 },
  run: (context) => planAndApply(context, { kind: 'reconcile', ...range(context) }),
}

export const backfill: Command = {
  usage: 'backfill <pipeline> --from <instant> --to <instant> [--reason <text>] [--no-wait] [--dry-run]',
  summary: 'Counts a range of history again, in pieces. --dry-run shows the plan and stops.',
  options: rangeOptions,
  positionals: { min: 1, max: 1 },
  run: (context) => planAndApply(context, { kind: 'backfill', ...range(context), options: {} }),
}

export const rollback: Command = {
  usage: 'rollback <pipeline> --version <n> | --publication <n> [--reason <text>] [--dry-run]',
  summary: 'Makes an earlier version, or all of an earlier publication, answer again.',
  options: { ...planOptions, version: { type: 'string' }, publication: { type: 'string' } },
  positionals: { min: 1, max: 1 },
  run: (context) => planAndApply(context, { kind: 'rollback', options: target(context) }),
}

async function planAndApply(context: CommandContext, request: Record<string, unknown>): Promise<number> {
  const { api, positionals, options, dryRun, answer, say } = context
  const plan = await api.call<Plan>(
    'POST',
    '/api/v1/plans',
    jsonBody({ ...request, pipeline: positionals[0] }),
  )
  if (dryRun) {
    answer(plan, describe(plan))
    return 0
  }
  say(describe(plan))
  const reason = typeof options.reason === 'string' ? options.reason : `parallax ${String(request.kind)}`
  const { jobId } = await api.call<{ jobId: string }>(
    'POST',
    `/api/v1/plans/${plan.id}/apply`,
    jsonBody({ reason }),
  )
  if (options['no-wait'] === true) {
    answer({ plan: plan.id, jobId }, `job ${jobId} was started`)
    return 0
  }
  const job = await finished(api, jobId, say)
  answer({ plan: plan.id, job }, `job ${job.id}: ${job.status}${job.error ? `: ${job.error}` : ''}`)
  return job.status === 'succeeded' ? 0 : 1
}

async function finished(api: ApiClient, jobId: string, say: (line: string) => void): Promise<Job> {
  for (let shown = -1; ;) {
    const job = await api.call<Job>('GET', `/api/v1/jobs/${jobId}`)
    if (job.status !== 'queued' && job.status !== 'running') return job
    const percent = Math.floor(job.progress * 100)
    if (percent !== shown) say(`${job.status} ${percent} %`)
    shown = percent
    await sleep(pollMs)
  }
}

function describe({ items, notes = [], blastRadius, estimate }: Plan): string {
  const size = `${blastRadius.windows} windows, ${blastRadius.cells} cells, about ${Math.ceil(estimate.seconds)} s`
  return [...items.map(({ label }) => label), ...notes, size].join('\n')
}

function range({ options }: CommandContext): { from: string; to: string } {
  const { from, to } = options
  if (typeof from !== 'string' || typeof to !== 'string') {
    throw new AppError(
      'bad_request',
      'The range is missing: give --from and --to as instants like 2026-01-31T00:00:00Z.',
    )
  }
  return { from, to }
}

function target({ options }: CommandContext): Record<string, number> {
  const given = (['version', 'publication'] as const).filter((name) => options[name] !== undefined)
  const name = given[0]
  const number = Number(name === undefined ? Number.NaN : options[name])
  if (name === undefined || given.length !== 1 || !Number.isInteger(number) || number < 0) {
    throw new AppError(
      'bad_request',
      'Give either --version or --publication, with its number (see the pipeline’s versions).',
    )
  }
  return { [name]: number }
}
