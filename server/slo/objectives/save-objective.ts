import { inTransaction, type Pool, type PoolClient } from '../../clients'
import { AppError } from '../../platform'
import type { ObjectiveSpec, ObjectiveView } from '../model'
import { checkSpec, objectivesLimit, refusedSpec } from './check-spec'
import type { Trail } from './model'
import {
  findObjective,
  lockObjectives,
  markRemoved,
  putObjective,
  selectObjectives,
  type StoredObjective,
  type StoredSpec,
} from './objective-store'
import { viewOf } from './read-objectives'
import { canonical, sameSpec } from './same-spec'
import { servedPipelines } from './served-store'

interface Deps {
  pool: Pool
  trail: Trail
}

export interface SavedObjective {
  view: ObjectiveView
  change: 'created' | 'changed' | 'unchanged'
}

/** Puts an objective in force, before what its pipeline's definition and the defaults say. */
export function saveObjective(
  { pool, trail }: Deps,
  { spec, actor, reason }: { spec: unknown; actor: string; reason: string },
): Promise<SavedObjective> {
  return inTransaction(pool, async (client) => {
    await lockObjectives(client)
    return saveLocked(client, { spec: checkSpec(spec), actor, reason, trail })
  })
}

/** With the lock held; several of them make one transaction. */
export async function saveLocked(
  client: PoolClient,
  { spec, actor, reason, trail }: { spec: StoredSpec; actor: string; reason: string; trail: Trail },
): Promise<SavedObjective> {
  const known = await findObjective(client, spec.id)
  const current = known?.removedAt === null ? known : null
  await checkReferences(client, spec)
  const pipeline = spec.sli?.pipeline ?? null
  if (current?.source === 'console' && saysTheSame(current.spec, spec))
    return { view: viewOf(current, null), change: 'unchanged' }
  const stored = { spec, pipeline, source: 'console' as const, actor, reason }
  const version = await putObjective(client, stored)
  await trail(client, {
    actor,
    action: current ? 'objective.change' : 'objective.create',
    object: spec.id,
    detail: { version, reason, target: spec.target, from: current?.spec.target ?? null },
  })
  const view = viewOf({ id: spec.id, pipeline, source: 'console', version, spec, removedAt: null }, null)
  return { view, change: current ? 'changed' : 'created' }
}

/**
 * Ends an objective that was made in the console. Where the definition or the defaults hold one of that id, it is in
 * force again with the next round.
 */
export async function removeObjective(
  { pool, trail }: Deps,
  { id, actor, reason }: { id: string; actor: string; reason: string },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await lockObjectives(client)
    const all = await selectObjectives(client)
    const stored = all.find((one) => one.id === id)
    if (!stored) throw notFound(id)
    refuseRemoval(stored, all)
    await markRemoved(client, [id])
    await trail(client, { actor, action: 'objective.remove', object: id, detail: { reason } })
  })
}

function refuseRemoval({ id, source }: StoredObjective, all: StoredObjective[]): void {
  if (source !== 'console')
    throw new AppError(
      'conflict',
      `Removing ${id} was refused: it comes from ${source === 'default' ? 'the defaults every pipeline has' : "the pipeline's definition"}. Change its target instead, or change the definition.`,
    )
  const parents = all.filter(({ spec }) => spec.parts.some((part) => part.id === id))
  if (parents.length > 0)
    throw new AppError(
      'conflict',
      `Removing ${id} was refused: it is part of ${parents.map((parent) => parent.id).join(', ')}. Take it out of there first.`,
    )
}

export const notFound = (id: string) =>
  new AppError('not_found', `There is no objective ${JSON.stringify(id.slice(0, 128))}. See the list.`)

/** The documents it came with count where it came with some. */
function saysTheSame(current: StoredSpec, { openslo, ...spec }: StoredSpec): boolean {
  const { openslo: known, ...before } = current
  return sameSpec(before, spec) && (!known || !openslo || canonical(known) === canonical(openslo))
}

async function checkReferences(client: PoolClient, spec: ObjectiveSpec): Promise<void> {
  const all = await selectObjectives(client)
  if (all.length >= objectivesLimit)
    throw new AppError(
      'conflict',
      `Saving ${spec.id} was refused: there are ${objectivesLimit} objectives already. Remove one first.`,
    )
  if (spec.sli !== null) return requirePipeline(client, spec.sli.pipeline)
  const known = new Map(all.map((one) => [one.id, one.spec]))
  const missing = spec.parts.filter(({ id }) => !known.has(id))
  if (missing[0])
    throw refusedSpec([{ path: 'parts', expected: `objectives that exist; there is no ${missing[0].id}` }])
  const circle = circleThrough(spec, known)
  if (circle)
    throw refusedSpec([{ path: 'parts', expected: `no part that contains ${spec.id}, as ${circle} does` }])
}

async function requirePipeline(client: PoolClient, name: string): Promise<void> {
  const names = (await servedPipelines(client)).map((one) => one.name)
  if (!names.includes(name))
    throw refusedSpec([{ path: 'sli.pipeline', expected: `a pipeline that exists; there is no ${name}` }])
}

/** The part through which a composite would contain itself. */
function circleThrough(spec: ObjectiveSpec, known: ReadonlyMap<string, ObjectiveSpec>): string | null {
  const contains = (id: string, seen: Set<string>): boolean => {
    if (id === spec.id) return true
    if (seen.has(id)) return false
    seen.add(id)
    return (known.get(id)?.parts ?? []).some((part) => contains(part.id, seen))
  }
  return spec.parts.find(({ id }) => contains(id, new Set()))?.id ?? null
}
