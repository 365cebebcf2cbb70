import type { Pool } from '../../clients'
import { definitionOf } from '../pipeline-info'
import { selectPipelines } from '../pipeline-store'
import { parkedByStep, parkedEvents, refusedEvents, schemaChanges } from './debug-store'
import type { SchemaTrouble, ValidationError } from './model'
import { schemaChange } from './schema-change'
import { stepMinutes, stepOf } from './steps'

const pipelinesLimit = 500

/** Which schemas changed, and which events did not fit them. */
export async function readSchemas(pool: Pool, range: { from: number; to: number }): Promise<SchemaTrouble> {
  const stepMs = stepMinutes(range) * 60_000
  const [changes, parked, refused, byStep, stored] = await Promise.all([
    schemaChanges(pool, range),
    parkedEvents(pool, range),
    refusedEvents(pool, range),
    parkedByStep(pool, { ...range, stepMs }),
    selectPipelines(pool, pipelinesLimit),
  ])
  const readers = stored.map((row) => {
    const { name, eventType, schemaSubject } = definitionOf(row)
    return { name, subject: schemaSubject ?? eventType }
  })
  const steps = new Map<number, { at: number; gateway: number; log: number }>()
  const count = (at: number, where: 'gateway' | 'log', n: number) => {
    const step = steps.get(at) ?? { at, gateway: 0, log: 0 }
    step[where] += n
    steps.set(at, step)
  }
  for (const { at, count: n } of byStep) count(at, 'log', n)
  for (const { at, count: n } of refused) count(stepOf(at, stepMs), 'gateway', n)
  return {
    changes: changes.map(({ schema, before, ...row }) => ({
      ...row,
      change: schemaChange(before, schema),
      pipelines: readers.flatMap(({ name, subject }) => (subject === row.subject ? [name] : [])),
    })),
    errors: [...parked.map((row): ValidationError => ({ at: 'log', ...row })), ...refusals(refused)].sort(
      (a, b) => b.count - a.count,
    ),
    steps: [...steps.values()].sort((a, b) => a.at - b.at),
    stepMs,
  }
}

function refusals(refused: readonly { type: string; at: number; count: number }[]): ValidationError[] {
  const byType = new Map<string, ValidationError>()
  for (const { type, at, count } of refused) {
    const known = byType.get(type)
    byType.set(type, {
      at: 'gateway',
      type,
      code: 'refused',
      count: (known?.count ?? 0) + count,
      lastAt: Math.max(known?.lastAt ?? 0, at),
      reason: 'The answer to the producer names the place and the remedy; refused events are not kept.',
      source: null,
    })
  }
  return [...byType.values()]
}
