import { requestDraft, wholeWindows } from '@/components/plan-dialog'
import type { Draft } from '@/components/plan-dialog'
import type { AlertAction, PipelineListItem } from '@/server/api'

const hourMs = 3_600_000

/** What an alert proposes, as the draft its plan dialog opens on; a recompute without a range takes the last hour. */
export function actionDraft(
  { kind, pipeline, from, to, options = {} }: NonNullable<AlertAction['plan']>,
  pipelines: readonly Pick<PipelineListItem, 'name' | 'windowSizeMs'>[],
  now: number,
): Draft | null {
  const windowSizeMs = pipelines.find(({ name }) => name === pipeline)?.windowSizeMs ?? 60_000
  const range = wholeWindows({ from: from ?? now - hourMs, to: to ?? now }, windowSizeMs, now)
  return requestDraft({ kind, pipeline, ...range, options, at: now })
}
