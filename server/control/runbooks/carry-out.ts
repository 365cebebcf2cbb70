import { inTransaction, type PoolClient } from '../../clients'
import { AppError, logger } from '../../platform'
import { audit } from '../audit'
import type { Console } from '../console'
import { incidentVariables } from '../incidents/incident-variables'
import { isUuid } from '../jobs'
import { compileExpectation } from './expectation'
import { fillBlock, fillStep, missingOf } from './fill'
import type {
  CheckResult,
  CheckStep,
  RunDetail,
  RunOutcome,
  Step,
  StepOutcome,
  VariableName,
  Variables,
} from './model'
import { parseRunbook } from './parse-runbook'
import { queryNamed, type QueryDeps } from './queries'
import {
  endRunRow,
  findAppliedPlan,
  findRun,
  insertRun,
  insertStep,
  selectStepJobs,
  selectSteps,
  type StoredRun,
} from './run-store'
import { findRunbook, findText } from './runbook-store'
import { scoreOf } from './score'

type Deps = QueryDeps & Pick<Console, 'pool' | 'clock'>

interface Start {
  runbook: string
  incidentId: number | null
  /** Beside, or instead of, what the incident fills in. */
  variables: Variables
  actor: string
}

/** Begins to carry a runbook out, with the version in force and the incident's own windows. */
export async function startRun(deps: Deps, start: Start): Promise<RunDetail> {
  const { pool, clock } = deps
  const stored = await findRunbook(pool, start.runbook)
  if (!stored) throw noRunbook(start.runbook)
  const known = start.incidentId === null ? {} : await incidentVariables(deps, start.incidentId)
  const variables = { ...known, ...start.variables }
  const id = await inTransaction(pool, async (client) => {
    const made = await insertRun(client, {
      runbook: stored.name,
      version: stored.version,
      incidentId: start.incidentId,
      variables,
      startedBy: start.actor,
    })
    await audit(client, clock, {
      actor: start.actor,
      action: 'runbook.start',
      object: stored.name,
      detail: { run: made, version: stored.version, incident: start.incidentId, variables },
    })
    return made
  })
  return readRun(deps, id)
}

export async function readRun({ pool }: Pick<Deps, 'pool'>, id: string): Promise<RunDetail> {
  const run = await requireRun(pool, id)
  const [blocks, steps] = await Promise.all([blocksOf(pool, run), selectSteps(pool, id)])
  const jobIds = steps.flatMap(({ evidence }) => (typeof evidence.jobId === 'string' ? [evidence.jobId] : []))
  return {
    ...run,
    blocks: blocks.map((block) => fillBlock(block, run.variables)),
    missing: missingIn(stepsOf(blocks), run.variables),
    steps,
    jobs: await selectStepJobs(pool, jobIds),
  }
}

/** Asks a check's question and keeps the answer. A gate that passes ends the run as solved. */
export async function runCheck(
  deps: Deps,
  { runId, step: stepId, actor }: { runId: string; step: string; actor: string },
): Promise<RunDetail> {
  const run = await requireOpenRun(deps.pool, runId)
  const step = await requireStep(deps.pool, run, stepId)
  if (step.kind !== 'check') throw notOfKind(step, 'a check')
  const filled = requireFilled(step, run.variables) as CheckStep
  const found = await lookInto(deps, filled)
  const outcome: StepOutcome = found.passed ? 'passed' : 'failed'
  await record(deps, run, { step: filled, outcome, actor, evidence: { ...found } })
  return readRun(deps, runId)
}

/** Keeps the plan that was applied for a step: it must be one of that kind, of that pipeline, applied since. */
export async function recordPlan(
  deps: Deps,
  { runId, step: stepId, planId, actor }: { runId: string; step: string; planId: string; actor: string },
): Promise<RunDetail> {
  const run = await requireOpenRun(deps.pool, runId)
  const step = await requireStep(deps.pool, run, stepId)
  if (step.kind !== 'plan') throw notOfKind(step, 'a plan')
  // Whom a quarantine is for, say, may be chosen in the dialog.
  const { plan: wanted } = fillStep(step, run.variables) as typeof step
  const plan = isUuid(planId) ? await findAppliedPlan(deps.pool, planId) : null
  const isIt =
    plan !== null &&
    plan.kind === wanted.kind &&
    plan.pipeline === wanted.pipeline &&
    plan.appliedAt !== null &&
    plan.appliedAt >= run.startedAt
  if (!isIt)
    throw new AppError(
      'unprocessable',
      `Recording the plan was refused: step ${step.id} wants a ${wanted.kind} of ${wanted.pipeline} that was applied since the run began. Open the plan from the step.`,
    )
  const { kind, pipeline, jobId, appliedBy } = plan
  await record(deps, run, {
    step,
    outcome: 'done',
    actor,
    evidence: { planId, jobId, kind, pipeline, appliedBy },
  })
  return readRun(deps, runId)
}

/** A person's word on a step: done by hand, or left out, and why. */
export async function recordNote(
  deps: Deps,
  note: { runId: string; step: string; outcome: 'done' | 'skipped'; says: string; actor: string },
): Promise<RunDetail> {
  const run = await requireOpenRun(deps.pool, note.runId)
  const step = await requireStep(deps.pool, run, note.step)
  if (note.outcome === 'done' && step.kind === 'check')
    throw new AppError(
      'unprocessable',
      `Step ${step.id} is a check: run it, or skip it and say why. Nobody's word stands for it.`,
    )
  await record(deps, run, { step, outcome: note.outcome, actor: note.actor, evidence: { says: note.says } })
  return readRun(deps, note.runId)
}

/** Ends a run whose gate did not pass. Solved is what the gate says alone. */
export async function endRun(
  deps: Deps,
  end: { runId: string; outcome: Exclude<RunOutcome, 'solved'>; says: string; actor: string },
): Promise<RunDetail> {
  await inTransaction(deps.pool, async (client) => {
    const run = await lockOpenRun(client, end.runId)
    await finish(deps, client, run, end)
  })
  return readRun(deps, end.runId)
}

interface Carried {
  step: Step
  outcome: StepOutcome
  actor: string
  evidence: Record<string, unknown>
}

async function record(deps: Deps, { id }: StoredRun, { step, outcome, actor, evidence }: Carried) {
  await inTransaction(deps.pool, async (client) => {
    const run = await lockOpenRun(client, id)
    const kind = step.isGate ? 'gate' : step.kind
    await insertStep(client, { runId: id, step: step.id, kind, outcome, actor, evidence })
    await audit(client, deps.clock, {
      actor,
      action: `runbook.${step.kind}`,
      object: run.runbook,
      detail: { run: id, step: step.id, outcome, incident: run.incidentId, says: evidence.says ?? null },
    })
    if (step.isGate && outcome === 'passed')
      await finish(deps, client, run, { outcome: 'solved', says: 'The gate passed.', actor })
  })
}

async function finish(
  { clock }: Pick<Deps, 'clock'>,
  client: PoolClient,
  run: StoredRun,
  { outcome, says, actor }: { outcome: RunOutcome; says: string; actor: string },
): Promise<void> {
  const score = scoreOf(await selectSteps(client, run.id))
  await endRunRow(client, { id: run.id, outcome, score })
  await audit(client, clock, {
    actor,
    action: 'runbook.end',
    object: run.runbook,
    detail: { run: run.id, outcome, score, says, incident: run.incidentId },
  })
}

/** What cannot be looked at has not passed; why is part of the evidence. */
async function lookInto(deps: QueryDeps, step: CheckStep): Promise<CheckResult> {
  const { query, args, expect } = step
  const named = queryNamed(query)
  const base = { query, args, expect, passed: false, result: {} }
  if (!named) return { ...base, says: `There is no query ${query} in this release. Correct the runbook.` }
  const expectation = compileExpectation(expect, named.fields)
  if (!expectation.ok)
    return { ...base, says: `The expectation is not good: ${expectation.problem.expected}` }
  try {
    const { result, says } = await named.ask(deps, args)
    return { ...base, result, passed: expectation.holds(result) === true, says }
  } catch (error) {
    if (!(error instanceof AppError)) logger('runbooks').error({ err: error, query }, 'a check failed')
    const why =
      error instanceof AppError ? error.message : 'the store or the log did not answer as it should.'
    return { ...base, says: `It could not be looked at: ${why}` }
  }
}

const stepsOf = (blocks: Awaited<ReturnType<typeof blocksOf>>): Step[] =>
  blocks.flatMap((block) => (block.kind === 'step' ? [block.step] : []))

async function blocksOf(pool: Deps['pool'], run: StoredRun) {
  const text = await findText(pool, run.runbook, run.version)
  const parsed = text === null ? null : parseRunbook(text)
  return parsed?.ok ? parsed.runbook.blocks : [{ kind: 'text' as const, markdown: text ?? '' }]
}

function missingIn(steps: readonly Step[], variables: Variables): Record<string, VariableName[]> {
  const lacking = steps.map((step) => [step.id, missingOf(step, variables)] as const)
  return Object.fromEntries(lacking.filter(([, names]) => names.length > 0))
}

async function requireRun(pool: Deps['pool'], id: string): Promise<StoredRun> {
  const run = isUuid(id) ? await findRun(pool, id) : null
  if (run) return run
  throw new AppError('not_found', `There is no run ${id.slice(0, 64)} of a runbook. Start one.`)
}

async function requireOpenRun(pool: Deps['pool'], id: string): Promise<StoredRun> {
  return refuseEnded(await requireRun(pool, id))
}

async function lockOpenRun(client: PoolClient, id: string): Promise<StoredRun> {
  const run = isUuid(id) ? await findRun(client, id, true) : null
  if (!run) throw new AppError('not_found', `There is no run ${id.slice(0, 64)} of a runbook. Start one.`)
  return refuseEnded(run)
}

function refuseEnded(run: StoredRun): StoredRun {
  if (run.finishedAt === null) return run
  throw new AppError(
    'conflict',
    `Carrying out the step was refused: the run has ended (${run.outcome ?? ''}). Start another run.`,
  )
}

async function requireStep(pool: Deps['pool'], run: StoredRun, id: string): Promise<Step> {
  const step = stepsOf(await blocksOf(pool, run)).find((one) => one.id === id)
  if (step) return step
  throw new AppError(
    'not_found',
    `Runbook ${run.runbook}, version ${run.version}, has no step ${id.slice(0, 64)}.`,
  )
}

function requireFilled(step: Step, variables: Variables): Step {
  const missing = missingOf(step, variables)
  if (missing.length === 0) return fillStep(step, variables)
  throw new AppError(
    'unprocessable',
    `Step ${step.id} needs ${missing.join(', ')}, which the incident does not tell. Start the run again and give ${missing.length > 1 ? 'them' : 'it'}.`,
  )
}

const notOfKind = (step: Step, wanted: string) =>
  new AppError('bad_request', `Step ${step.id} is not ${wanted}: it is a ${step.kind}.`)

const noRunbook = (name: string) =>
  new AppError('not_found', `There is no runbook ${name.slice(0, 64)}. List the runbooks and choose one.`)
