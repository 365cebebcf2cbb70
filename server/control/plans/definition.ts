import type { Nats, PoolClient } from '../../clients'
import { latestSchema } from '../../log'
import { computeHash, formatDefinition, schemaSubjectOf } from '../../pipeline'
import { AppError } from '../../platform'
import { announcePublication } from '../announce'
import { computeHashOf, readDefinition, type SchemaSource } from '../apply-definition'
import { audit } from '../audit'
import { nudgeSpeed } from '../layer-pause'
import type { PlanItem } from '../model'
import {
  dropShadow,
  ensureCompute,
  findPipeline,
  promoteShadow,
  putShadow,
  putVersion,
  selectShadows,
  type StoredPipeline,
} from '../pipeline-store'
import { fixPartitions } from '../setting-store'
import type { Approval, PlanCommand, PlanDeps, Target } from './command'
import { readReplay, type Replay } from './definition-store'
import { documentDiff } from './document-diff'
import { atOnce, doneAtOnce, iso, plainDraft, plainItem } from './instant'
import type { PlanDraft, StoredPlan } from './plan-store'
import { definitionChanges } from './recompute'

/**
 * The document (YAML or JSON text, or a parsed value) that is to be in force, or computed in the shadow; or what
 * becomes of the shadow.
 */
export interface DefinitionRequest {
  options: { definition: unknown } | { shadow: unknown } | { promote: true } | { drop: true }
}

type Queryable = Pick<PoolClient, 'query'>

const eventsPerSecond = 100_000
/** Messages a shadow may be behind the served definition when it is promoted: what arrives in a moment. */
const promoteSlackMessages = 1_000

/** Puts a definition in force, has one computed in the shadow, or promotes or drops the shadow. */
export const definition: PlanCommand<DefinitionRequest> = {
  async preview(deps, target, { options }) {
    if ('promote' in options) return previewPromote(deps, target)
    if ('drop' in options) return previewDrop(deps, target)
    const isShadow = 'shadow' in options
    const wanted = await readWanted(
      deps.pool,
      target.stored.name,
      isShadow ? options.shadow : options.definition,
    )
    const fields = documentDiff(target.stored.document, wanted.document)
    if (fields.length === 0)
      throw new AppError('unprocessable', 'Nothing to change: the definition in force says the same already.')
    const recomputes = (await computeHashOf(deps.pool, target.stored.computeId)) !== wanted.hash
    if (isShadow && !recomputes)
      throw new AppError(
        'unprocessable',
        'Nothing to compute in the shadow: the change leaves every figure as it is. Apply it as the definition.',
      )
    const replay = recomputes
      ? await readReplay(deps, { pipeline: target.stored.name, type: wanted.type, hash: wanted.hash })
      : null
    const shadow = (await selectShadows(deps.pool, [target.stored.name])).get(target.stored.name)
    return plainDraft(target, {
      items: [...fieldItems(fields), ...(replay ? [replayItem(fields.length + 1, replay)] : [])],
      notes: [
        ...(isShadow ? shadowNotes(shadow) : changeNotes(replay, shadow, wanted.hash)),
        ...wanted.problems.map(({ path, expected }) => `${path}: expected ${expected}.`),
        'Canary on some keys is not offered: a shadow computes all keys, and nobody is served from it.',
      ],
      estimate: replay === null ? atOnce('no figure changes') : replayEstimate(replay),
    })
  },

  async facts(db, { pipeline, request: { options } }) {
    const shadow = (await selectShadows(db, [pipeline])).get(pipeline)
    const facts = [{ what: `shadow of ${pipeline}`, value: shadow?.version ?? null }]
    const input = 'definition' in options ? options.definition : 'shadow' in options ? options.shadow : null
    const subject = input === null ? null : schemaSubjectOf(input)
    if (subject === null) return facts
    const schema = await latestSchema(db, subject)
    return [...facts, { what: `schema ${subject}`, value: schema?.version ?? null }]
  },

  changes: definitionChanges,

  async apply(client, plan, approval, deps) {
    const { options } = plan.request as DefinitionRequest
    const result =
      'promote' in options
        ? await applyPromote(client, plan, approval, deps)
        : 'drop' in options
          ? await applyDrop(client, plan, approval, deps)
          : await applyDocument(client, plan, approval, deps)
    return doneAtOnce(client, plan, approval, {
      result,
      afterCommit: () => {
        nudgeSpeed(deps.nats)
        if ('promote' in options) void announcePromoted(deps, plan.pipeline)
      },
    })
  },
}

async function readWanted(db: Queryable, name: string, input: unknown) {
  const registry: SchemaSource = { get: (subject) => latestSchema(db, subject) }
  const { definition, problems } = await readDefinition({ registry }, { input, name })
  return {
    document: formatDefinition(definition) as unknown,
    hash: computeHash(definition),
    type: definition.eventType,
    problems,
  }
}

const fieldItems = (fields: ReturnType<typeof documentDiff>): PlanItem[] =>
  fields.map(({ path, before, after }, i) =>
    plainItem(i + 1, { label: path, before: before ?? 'not set', after: after ?? 'not set' }),
  )

const replayItem = (id: number, { messages, resumes }: Replay): PlanItem =>
  plainItem(id, {
    label: `${messages} messages of the log are folded`,
    before: resumes ? 'computed before; its position is kept' : 'never computed',
    after: 'folded up to now, then live',
  })

const replayEstimate = ({ messages, events }: Replay): PlanDraft['estimate'] => ({
  ...atOnce(`${messages} messages, about ${events} events, at ${eventsPerSecond} a second`),
  seconds: Math.ceil(events / eventsPerSecond),
  events,
})

const shadowNotes = (known: StoredPipeline | undefined): string[] => [
  'Both layers compute it from the start of the log. Nobody is served from it until it is promoted.',
  ...(known ? [`It takes the place of the shadow in force, definition ${known.version}.`] : []),
]

function changeNotes(replay: Replay | null, shadow: StoredPipeline | undefined, hash: string): string[] {
  if (replay === null) return ['What is computed stays the same: figures, versions and positions are kept.']
  const lead = [
    'What is computed changes: from now on answers come from the new definition, first without the windows it has not folded again, and without versions until batch has run.',
  ]
  if (shadow === undefined)
    return [...lead, 'To have it computed first and served whole, plan it as a shadow.']
  return replay.hash === hash && replay.computeId === shadow.computeId
    ? ['The shadow computes the same: promoting it serves what it has.']
    : [...lead, `The shadow, definition ${shadow.version}, computes something else and goes on.`]
}

async function requireShadow(db: Queryable, name: string): Promise<StoredPipeline> {
  const shadow = (await selectShadows(db, [name])).get(name)
  if (shadow) return shadow
  throw new AppError(
    'unprocessable',
    `${name} has no shadow. Plan one with options.shadow and its definition first.`,
  )
}

async function previewPromote(deps: PlanDeps, target: Target): Promise<PlanDraft> {
  const { stored } = target
  const shadow = await requireShadow(deps.pool, stored.name)
  const { eventType } = target.definition
  const served = await readReplay(deps, {
    pipeline: stored.name,
    type: eventType,
    computeId: stored.computeId,
  })
  const behind = await readReplay(deps, {
    pipeline: stored.name,
    type: eventType,
    computeId: shadow.computeId,
  })
  if (behind.messages > served.messages + promoteSlackMessages)
    throw new AppError(
      'unprocessable',
      `Promoting is refused: the shadow is ${behind.messages} messages behind the log and the served definition ${served.messages}. Wait until it has caught up; the status tells.`,
    )
  const fields = documentDiff(stored.document, shadow.document)
  const boundary = (at: number | null) => (at === null ? 'none: the speed layer answers' : iso(at))
  return plainDraft(target, {
    items: [
      ...fieldItems(fields),
      plainItem(fields.length + 1, {
        label: 'Boundary of batch',
        before: boundary(served.boundary),
        after: boundary(behind.boundary),
      }),
    ],
    notes: [
      `Answers come from definition ${shadow.version} as soon as it is applied, with what both layers have computed of it: nothing is folded again.`,
      ...((behind.boundary ?? 0) < (served.boundary ?? 0)
        ? ['Batch has not covered as much of it yet: later windows are provisional until the next run.']
        : []),
      `Consumers of corrections.${stored.name} are told of corrections within a definition, not of another one: read the values again.`,
      `To go back, apply definition ${stored.version} again: what it computed is kept.`,
    ],
    estimate: atOnce('a promotion moves a pointer and folds no event'),
  })
}

async function previewDrop(deps: PlanDeps, target: Target): Promise<PlanDraft> {
  const shadow = await requireShadow(deps.pool, target.stored.name)
  return plainDraft(target, {
    items: [
      plainItem(1, {
        label: `Shadow, definition ${shadow.version}`,
        before: 'computed by both layers',
        after: 'not computed',
      }),
    ],
    notes: ['What it has computed is kept: the same definition, planned again, goes on from there.'],
    estimate: atOnce('the shadow stops within seconds'),
  })
}

async function applyDocument(client: PoolClient, plan: StoredPlan, approval: Approval, deps: PlanDeps) {
  const { options } = plan.request as DefinitionRequest
  const { pipeline } = plan
  const isShadow = 'shadow' in options
  const input = isShadow ? options.shadow : 'definition' in options ? options.definition : null
  const wanted = await readWanted(client, pipeline, input)
  const { type, hash, document } = wanted
  const computeId = await ensureCompute(client, {
    pipeline,
    hash,
    type,
    partitions: await fixPartitions(client),
  })
  const shadow = (await selectShadows(client, [pipeline])).get(pipeline)
  const put = isShadow ? putShadow : putVersion
  const version = await put(client, { pipeline, document, computeId, ...approval })
  // In force now: nothing is left to shadow.
  if (!isShadow && shadow?.computeId === computeId) await dropShadow(client, pipeline)
  const action = isShadow ? 'pipeline.shadow' : 'pipeline.change'
  const recomputes = computeId !== plan.expected.computeId
  const detail = { version, computeId, recomputes, reason: approval.reason }
  await audit(client, deps.clock, { actor: approval.actor, action, object: pipeline, detail })
  return { version, computeId, recomputes }
}

async function applyPromote(client: PoolClient, plan: StoredPlan, approval: Approval, deps: PlanDeps) {
  const { version, computeId } = await requireShadow(client, plan.pipeline)
  await promoteShadow(client, plan.pipeline)
  const detail = { version, computeId, reason: approval.reason }
  const entry = { actor: approval.actor, action: 'pipeline.promote', object: plan.pipeline, detail }
  await audit(client, deps.clock, entry)
  return { version, computeId }
}

async function applyDrop(client: PoolClient, plan: StoredPlan, approval: Approval, deps: PlanDeps) {
  const { version } = await requireShadow(client, plan.pipeline)
  await dropShadow(client, plan.pipeline)
  const detail = { version, reason: approval.reason }
  await audit(client, deps.clock, {
    actor: approval.actor,
    action: 'pipeline.drop',
    object: plan.pipeline,
    detail,
  })
  return { version }
}

const allTime = { from: -8_640_000_000_000_000, to: 8_640_000_000_000_000, versionId: 0 }

/** Viewers read again what another compute answers now. */
async function announcePromoted({ pool, nats }: { pool: PlanDeps['pool']; nats: Nats }, name: string) {
  const stored = await findPipeline(pool, name).catch(() => null)
  if (stored === null) return
  const { computeId, publication } = stored
  announcePublication(nats, {
    pipeline: name,
    computeId,
    publication,
    boundary: null,
    added: [allTime],
    replaced: [],
  })
}
