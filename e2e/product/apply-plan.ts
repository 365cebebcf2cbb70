import { until, type Product } from './start-product'

interface PlannedView {
  id: string
  preview?: { status: string; error: string | null; diff: unknown } | null
}

interface EndedJob {
  status: string
  error: string | null
}

/** Makes a plan; with `options.preview` waits until its difference is there. */
export async function makePlan(product: Product, request: object): Promise<PlannedView> {
  const planned = await product.call('/api/v1/plans', json(request))
  if (planned.status !== 201) throw new Error(`planning failed: ${await planned.text()}`)
  let plan = (await planned.json()) as PlannedView
  await until('the preview is ready', 90_000, async () => {
    plan = (await (await product.call(`/api/v1/plans/${plan.id}`)).json()) as PlannedView
    if (plan.preview?.status === 'failed') throw new Error(plan.preview.error ?? 'the preview failed')
    return !plan.preview || plan.preview.status === 'ready'
  })
  return plan
}

/**
 * Plans, applies and waits for the job's end. The schedule publishes while a test runs, so a plan may rightly be
 * refused with what moved; then one makes a new plan, as the refusal says.
 */
export async function applyPlan(
  product: Product,
  request: object,
  reason: string,
  attempts = 5,
): Promise<{ planId: string }> {
  const { id } = await makePlan(product, request)
  const applied = await product.call(`/api/v1/plans/${id}/apply`, json({ reason }))
  if (applied.status === 409 && attempts > 1) {
    const { changed } = (await applied.json()) as { changed?: unknown[] }
    if (!changed || changed.length === 0) throw new Error('a refusal that does not say what moved')
    return applyPlan(product, request, reason, attempts - 1)
  }
  if (applied.status !== 202) throw new Error(`applying failed: ${await applied.text()}`)
  const { jobId } = (await applied.json()) as { jobId: string }
  const job = await jobEnd(product, jobId)
  if (job.status !== 'succeeded') throw new Error(`the job ended otherwise: ${JSON.stringify(job)}`)
  return { planId: id }
}

export async function jobEnd(product: Product, jobId: string): Promise<EndedJob> {
  let job: EndedJob = { status: 'queued', error: null }
  await until('the job ends', 90_000, async () => {
    job = (await (await product.call(`/api/v1/jobs/${jobId}`)).json()) as EndedJob
    return !['queued', 'running'].includes(job.status)
  })
  return job
}

export const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
