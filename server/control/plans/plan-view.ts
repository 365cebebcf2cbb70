import type { PlanPreview, PlanView } from '../model'
import type { StoredPlan } from './plan-store'

/** What the screens and the REST face show of a plan. */
export function viewOf({ request, expected, previewJob, ...plan }: StoredPlan, now: number): PlanView {
  const { definitionVersion, publication, facts } = expected
  const { keys, options } = request as { keys?: string[]; options?: Record<string, unknown> }
  return {
    ...plan,
    state: stateOf(plan, now),
    keys: keys ?? null,
    options: options ?? {},
    expected: { definitionVersion, publication, facts },
    preview: previewOf({ preview: plan.preview, previewJob }),
  }
}

export const stateOf = (
  { appliedAt, expiresAt }: Pick<StoredPlan, 'appliedAt' | 'expiresAt'>,
  now: number,
): PlanView['state'] => (appliedAt !== null ? 'applied' : now >= expiresAt ? 'expired' : 'ready')

/** While it is not ready, a preview stands as the job that computes it does. */
export function previewOf({
  preview,
  previewJob,
}: Pick<StoredPlan, 'preview' | 'previewJob'>): PlanPreview | null {
  if (preview === null || preview.status === 'ready') return preview
  if (previewJob?.status === 'queued' || previewJob?.status === 'running')
    return { ...preview, status: previewJob.status }
  const error = previewJob?.error ?? `its job was ${previewJob?.status ?? 'removed'}`
  return { ...preview, status: 'failed', error }
}
