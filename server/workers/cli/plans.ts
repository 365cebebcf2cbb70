import { readFileSync } from 'node:fs'
import { AppError, sleep } from '../../platform'
import { jsonBody, type ApiClient } from './api-client'
import type { Command, CommandContext } from './command'
import {
  backfillOf,
  backfillOptions,
  guardOf,
  guardOptions,
  jsonOf,
  keysOf,
  previewOf,
  rangeOf,
  rangeOptions,
  targetOf,
} from './plan-options'
import { jobText, planText, type Job, type Plan } from './plan-text'

const pollMs = 500

const applyOptions = { reason: { type: 'string' }, 'no-wait': { type: 'boolean' } } as const
const applyUsage = '[--reason <text>] [--no-wait] [--dry-run]'
const rangeUsage = '--from <instant> --to <instant> [--keys <a,b>] [--preview]'
const guardUsage = '[--guard-minutes <n> [--guard-divergence <share>] [--guard-freshness <seconds>]]'

export const reconcile: Command = {
  usage: `reconcile <pipeline> ${rangeUsage} ${guardUsage} ${applyUsage}`,
  summary:
    'Counts a range again from the archive, compares and publishes. --preview applies only what was computed and shown; --dry-run computes and shows it, and puts nothing in force.',
  options: { ...applyOptions, ...rangeOptions, ...guardOptions },
  positionals: { min: 1, max: 1 },
  run: (context) => {
    const { options } = context
    const wanted = { ...previewOf(context), ...guardOf(options) }
    return planAndApply(context, {
      kind: 'reconcile',
      ...rangeOf(options),
      ...keysOf(options),
      options: wanted,
    })
  },
}

export const backfill: Command = {
  usage: `backfill <pipeline> ${rangeUsage} [--mode missing|failed|divergent|all] [--newest-first] [--run-at <instant>] [--retry-of <job>] ${guardUsage} ${applyUsage}`,
  summary:
    'Counts a range of history again, or what of it is missing, failed or divergent. With --run-at it starts later, if the plan still holds then; --dry-run shows the plan with what would change.',
  options: { ...applyOptions, ...rangeOptions, ...backfillOptions, ...guardOptions },
  positionals: { min: 1, max: 1 },
  run: (context) => {
    const { options } = context
    const postponed = options['run-at'] !== undefined
    // A preview and a later start exclude each other: the dry run of a postponed one is the plan alone.
    const preview = postponed && options.preview !== true ? {} : previewOf(context)
    return planAndApply(context, {
      kind: 'backfill',
      ...rangeOf(options),
      ...keysOf(options),
      options: { ...backfillOf(options), ...preview, ...guardOf(options) },
    })
  },
}

export const rollback: Command = {
  usage: `rollback <pipeline> --version <n> | --publication <n> ${guardUsage} ${applyUsage}`,
  summary: 'Makes an earlier version, or all of an earlier publication, answer again.',
  options: {
    ...applyOptions,
    ...guardOptions,
    version: { type: 'string' },
    publication: { type: 'string' },
  },
  positionals: { min: 1, max: 1 },
  run: (context) =>
    planAndApply(context, {
      kind: 'rollback',
      options: { ...targetOf(context.options), ...guardOf(context.options) },
    }),
}

export const plan: Command = {
  usage: `plan <kind> <pipeline> [--options <json|@file>] [--from <instant> --to <instant>] [--keys <a,b>] ${applyUsage}
  parallax plan show|apply|approve <plan id> [--reason <text>] [--no-wait]`,
  summary:
    'Plans and applies a write of any kind: pause, resume, quarantine, release, restart, definition, cancel and those above; --options is what the kind takes, as in the API. Shows, applies or approves a plan that exists.',
  options: { ...applyOptions, ...rangeOptions, options: { type: 'string' } },
  positionals: { min: 2, max: 2 },
  run: (context) => {
    const [verb = '', name = ''] = context.positionals
    if (verb === 'show') return show(context, name)
    if (verb === 'approve') return approve(context, name)
    if (verb === 'apply') return applyPlan(context, name, 'plan')
    const { options } = context
    return planAndApply(
      { ...context, positionals: [name] },
      {
        kind: verb,
        ...(options.from === undefined && options.to === undefined ? {} : rangeOf(options)),
        ...keysOf(options),
        ...(options.options === undefined ? {} : { options: optionsOf(String(options.options)) }),
      },
    )
  },
}

function optionsOf(text: string): unknown {
  if (!text.startsWith('@')) return jsonOf(text, '--options')
  try {
    return jsonOf(readFileSync(text.slice(1), 'utf8'), text.slice(1))
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('bad_request', `Reading ${text.slice(1)} failed: ${(error as Error).message}.`)
  }
}

async function planAndApply(context: CommandContext, request: Record<string, unknown>): Promise<number> {
  const { api, positionals, dryRun, answer, say } = context
  const made = await api.call<Plan>(
    'POST',
    '/api/v1/plans',
    jsonBody({ ...request, pipeline: positionals[0] }),
  )
  const whole = await previewed(api, made, say)
  if (dryRun) {
    answer(whole, planText(whole))
    return whole.preview?.status === 'failed' ? 1 : 0
  }
  say(planText(whole))
  if (whole.preview?.status === 'failed')
    throw new AppError(
      'conflict',
      `The preview failed: ${whole.preview.error ?? 'see its job'}. Nothing was applied.`,
    )
  return applyPlan(context, whole.id, String(request.kind))
}

async function applyPlan(context: CommandContext, planId: string, verb: string): Promise<number> {
  const { api, options, answer, say } = context
  const reason = typeof options.reason === 'string' ? options.reason : `parallax ${verb}`
  const { jobId } = await api.call<{ jobId: string }>(
    'POST',
    `/api/v1/plans/${planId}/apply`,
    jsonBody({ reason }),
  )
  if (options['no-wait'] === true || options['run-at'] !== undefined) {
    answer({ plan: planId, jobId }, `job ${jobId} was started`)
    return 0
  }
  const job = await finished(api, jobId, say)
  answer({ plan: planId, job }, jobText(job))
  return job.status === 'succeeded' ? 0 : 1
}

async function show({ api, answer }: CommandContext, planId: string): Promise<number> {
  const known = await api.call<Plan>('GET', `/api/v1/plans/${planId}`)
  answer(known, planText(known))
  return 0
}

async function approve({ api, options, answer }: CommandContext, planId: string): Promise<number> {
  const reason = typeof options.reason === 'string' ? options.reason : 'parallax plan approve'
  const approved = await api.call<Plan>('POST', `/api/v1/plans/${planId}/approve`, jsonBody({ reason }))
  answer(approved, `plan ${planId} was approved`)
  return 0
}

/** The plan with its preview computed, or failed; a plan without one as it is. */
async function previewed(api: ApiClient, made: Plan, say: (line: string) => void): Promise<Plan> {
  const { preview } = made
  if (!preview) return made
  await finished(api, preview.jobId, say)
  return api.call<Plan>('GET', `/api/v1/plans/${made.id}`)
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
