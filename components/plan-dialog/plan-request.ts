import type { inferRouterInputs } from '@trpc/server'
import type { AppRouter, PlanView } from '@/server/api'
import type { Draft, Guard, RecomputeDraft } from './draft'

type PlanRequest = inferRouterInputs<AppRouter>['plans']['create']

/** What `plans.create` takes. */
export function planRequest(draft: Draft, now: number): PlanRequest {
  const { kind, pipeline } = draft
  switch (kind) {
    case 'reconcile':
    case 'backfill':
      return recomputeRequest(draft)
    case 'rollback':
      return { kind, pipeline, options: { ...draft.to, ...(draft.guard && { guard: draft.guard }) } }
    case 'pause':
      return {
        kind,
        pipeline,
        options: { layer: draft.layer, ...(draft.forMs !== null && { until: now + draft.forMs }) },
      }
    case 'resume':
      return { kind, pipeline, options: { layer: draft.layer } }
    case 'quarantine':
    case 'release':
      return { kind, pipeline, options: { source: draft.source ?? '' } }
    case 'restart':
      return { kind, pipeline, options: { layer: 'speed', from: draft.at } }
    case 'definition':
      if (!draft.change) throw new Error('a definition is planned once its text is there')
      return { kind, pipeline, options: draft.change }
    case 'cancel':
      return { kind, pipeline, options: { jobId: draft.jobId } }
  }
}

function recomputeRequest(draft: RecomputeDraft): PlanRequest {
  const { kind, pipeline, from, to, keys, guard, runAt, order, mode, retryOf, preview } = draft
  const range = { pipeline, from, to, ...(keys && keys.length > 0 && { keys }) }
  const common = { ...(preview && { preview }), ...(guard && { guard }) }
  if (kind === 'reconcile') return { kind, ...range, options: common }
  return {
    kind,
    ...range,
    options: {
      mode: mode ?? 'all',
      ...common,
      ...(order && { order }),
      ...(runAt !== undefined && { runAt }),
      ...(retryOf && { retryOf }),
    },
  }
}

type Asked = Pick<PlanView, 'kind' | 'pipeline' | 'options' | 'keys' | 'createdAt' | 'preview'> & {
  items: Pick<PlanView['items'][number], 'from' | 'to'>[]
}

const kinds: Record<PlanView['kind'], true> = {
  reconcile: true,
  backfill: true,
  rollback: true,
  pause: true,
  resume: true,
  quarantine: true,
  release: true,
  restart: true,
  definition: true,
  cancel: true,
}
const isKind = (kind: string): kind is PlanView['kind'] => kind in kinds

/** What somebody else proposes, as plans are asked for; null: of a kind that this console does not know. */
export function requestDraft(asked: {
  kind: string
  pipeline: string
  from: number
  to: number
  options: Record<string, unknown>
  at: number
}): Draft | null {
  const { kind, at, from, to, ...rest } = asked
  if (!isKind(kind)) return null
  const draft = draftOf({ ...rest, kind, keys: null, createdAt: at, preview: null, items: [{ from, to }] })
  // Who is meant is left to the person.
  if (draft.kind === 'quarantine' && draft.source === '') return { ...draft, source: null }
  // A pause that nobody gave an end is one of an hour: an open one is chosen, not come by.
  return draft.kind === 'pause' && draft.forMs === null ? { ...draft, forMs: 3_600_000 } : draft
}

/** What was asked for when a plan was made, from the plan itself: a link opens it on another desk. */
export function draftOf(plan: Asked): Draft {
  const { kind, pipeline } = plan
  const options: Record<string, unknown> = plan.options
  switch (kind) {
    case 'reconcile':
    case 'backfill':
      return recomputeDraft(plan, kind)
    case 'rollback': {
      const guard = guardOf(options.guard)
      const version = numberOf(options.version)
      const to = version === null ? { publication: numberOf(options.publication) ?? 0 } : { version }
      return { kind, pipeline, to, ...(guard && { guard }) }
    }
    case 'pause': {
      const until = numberOf(options.until)
      return {
        kind,
        pipeline,
        layer: layerOf(options),
        forMs: until === null ? null : until - plan.createdAt,
      }
    }
    case 'resume':
      return { kind, pipeline, layer: layerOf(options) }
    case 'quarantine':
    case 'release':
      return { kind, pipeline, source: textOf(options.source) }
    case 'restart': {
      const seq = isRecord(options.from) ? numberOf(options.from.seq) : null
      return { kind, pipeline, at: seq === null ? { cut: 'last' } : { seq } }
    }
    case 'definition':
      return { kind, pipeline, change: changeOf(options) }
    case 'cancel':
      return { kind, pipeline, jobId: textOf(options.jobId) }
  }
}

function recomputeDraft(plan: Asked, kind: RecomputeDraft['kind']): RecomputeDraft {
  const { options, pipeline, keys, items } = plan
  const froms = items.flatMap(({ from }) => (from === null ? [] : [from]))
  const tos = items.flatMap(({ to }) => (to === null ? [] : [to]))
  const draft: RecomputeDraft = {
    kind,
    pipeline,
    from: froms.length > 0 ? Math.min(...froms) : plan.createdAt,
    to: tos.length > 0 ? Math.max(...tos) : plan.createdAt,
  }
  if (keys && keys.length > 0) draft.keys = keys
  const mode = (['all', 'missing', 'failed', 'divergent'] as const).find((m) => m === options.mode)
  if (kind === 'backfill' && mode) draft.mode = mode
  if (options.order === 'newest' || options.order === 'oldest') draft.order = options.order
  const runAt = numberOf(options.runAt)
  if (runAt !== null) draft.runAt = runAt
  if (typeof options.retryOf === 'string') draft.retryOf = options.retryOf
  const guard = guardOf(options.guard)
  if (guard) draft.guard = guard
  if (plan.preview) draft.preview = true
  return draft
}

function guardOf(value: unknown): Guard | null {
  if (!isRecord(value)) return null
  const minutes = numberOf(value.minutes)
  if (minutes === null) return null
  const divergence = numberOf(value.divergence)
  const freshnessS = numberOf(value.freshnessS)
  return {
    minutes,
    ...(divergence !== null && { divergence }),
    ...(freshnessS !== null && { freshnessS }),
  }
}

function changeOf(options: Record<string, unknown>): Extract<Draft, { kind: 'definition' }>['change'] {
  if (options.promote === true) return { promote: true }
  if (options.drop === true) return { drop: true }
  if (options.shadow !== undefined) return { shadow: documentText(options.shadow) }
  return options.definition === undefined ? null : { definition: documentText(options.definition) }
}

/** A definition is text, or a document parsed from it; JSON is YAML too. */
const documentText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))
const layerOf = ({ layer }: Record<string, unknown>) => (layer === 'batch' ? 'batch' : 'speed')
const numberOf = (value: unknown) => (typeof value === 'number' ? value : null)
const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
