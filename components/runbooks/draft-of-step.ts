import { requestDraft, wholeWindows } from '@/components/plan-dialog'
import type { Draft } from '@/components/plan-dialog'
import type { PipelineListItem, PlanStep } from '@/server/api'

type Known = Pick<PipelineListItem, 'name' | 'windowSizeMs'> & {
  status: Pick<PipelineListItem['status'], 'publication'>
}

const hourMs = 3_600_000
const isOpen = (text: string | undefined) => text === undefined || text.includes('{{')

/** A plan step as the draft its dialog opens on; null: what it needs is not known. */
export function draftOfStep(
  { plan: { kind, pipeline, from, to, options } }: PlanStep,
  pipelines: readonly Known[],
  now: number,
): Draft | null {
  const known = pipelines.find(({ name }) => name === pipeline)
  if (!known) return null
  const start = isOpen(from) ? now - hourMs : Date.parse(from ?? '')
  const end = isOpen(to) ? now : Date.parse(to ?? '')
  if (Number.isNaN(start) || Number.isNaN(end)) return null
  const range = wholeWindows({ from: start, to: end }, known.windowSizeMs, now)
  const wanted = optionsOf(kind, options, { now, publication: known.status.publication })
  return wanted && requestDraft({ kind, pipeline, ...range, options: wanted, at: now })
}

function optionsOf(
  kind: string,
  options: Record<string, unknown>,
  { now, publication }: { now: number; publication: number },
): Record<string, unknown> | null {
  switch (kind) {
    case 'pause':
      return typeof options.minutes === 'number'
        ? { layer: options.layer, until: now + options.minutes * 60_000 }
        : options
    case 'quarantine':
      return typeof options.source === 'string' && !isOpen(options.source) ? options : {}
    case 'release':
      return typeof options.source === 'string' && !isOpen(options.source) ? options : null
    case 'cancel':
      return typeof options.job === 'string' && !isOpen(options.job) ? { jobId: options.job } : null
    case 'restart':
      return { layer: 'speed', from: { cut: 'last' } }
    case 'rollback':
      return publication > 0 ? { publication: publication - 1 } : null
    default:
      return options
  }
}
