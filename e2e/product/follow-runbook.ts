import { expect } from 'vitest'
import type { RunDetail } from '../../server/api'
import { applyPlan } from './apply-plan'
import { until, type Product } from './start-product'
import { ask, tell } from './trpc'

interface Follow {
  incidentId: number
  runbook: string
  /** The check that must fail while the fault is there: the runbook finds what is wrong. */
  finds: string
  /** Mends what no plan can: outside of the product. */
  mend?: () => Promise<void>
  /** Plan steps to carry out, in their order. */
  plans?: string[]
}

/** Follows a runbook as a person would: look, mend, carry out its plans, wait for its gate. */
export async function followRunbook(product: Product, follow: Follow): Promise<RunDetail> {
  const { incidentId, runbook, finds, mend, plans = [] } = follow
  const { id: runId } = await tell(product, ['runbooks', 'start'], { runbook, incidentId })
  expect(await outcomeOf(product, runId, finds), `${runbook}, ${finds}`).toBe('failed')
  await mend?.()
  for (const step of plans) {
    const run = await ask(product, ['runbooks', 'run'], { id: runId })
    expect(run.missing[step] ?? [], `${runbook}, ${step} lacks a value`).toEqual([])
    const { planId } = await applyPlan(product, planOf(run, step), `runbook ${runbook}`)
    await tell(product, ['runbooks', 'recordPlan'], { runId, step, planId })
  }
  await until(
    `the gate of ${runbook} passes`,
    150_000,
    async () => {
      return (await outcomeOf(product, runId, 'gate')) === 'passed'
    },
    2_000,
  )
  return ask(product, ['runbooks', 'run'], { id: runId })
}

async function outcomeOf(product: Product, runId: string, step: string): Promise<string | undefined> {
  const run = await tell(product, ['runbooks', 'check'], { runId, step })
  return run.steps.findLast((one) => one.step === step)?.outcome
}

/** The step's plan as `POST /plans` takes it. */
function planOf({ blocks }: RunDetail, name: string): object {
  for (const block of blocks)
    if (block.kind === 'step' && block.step.id === name && block.step.kind === 'plan') return block.step.plan
  throw new Error(`the runbook has no plan ${name}`)
}
