import { describe, expect, it } from 'vitest'
import { parseDefinition, type Definition } from '../../pipeline'
import { fleetObjectives, objectivesOf } from './defaults'

function definition(
  objectives: Record<string, unknown> = {},
  batch: Record<string, unknown> = {},
): Definition {
  const parsed = parseDefinition({
    apiVersion: 'parallax/v1',
    kind: 'Pipeline',
    metadata: { name: 'sales', title: 'Sales', owner: 'ops' },
    spec: {
      events: { type: 'sale' },
      window: { size: '10s' },
      measures: { n: { count: true } },
      objectives,
      batch,
    },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.definition
}

const shown = (of: Definition) =>
  Object.fromEntries(
    objectivesOf(of).map(({ spec, source }) => [spec.name, [spec.target, spec.sli?.threshold, source]]),
  )

describe('the objectives of a pipeline', () => {
  it('are M1 to M9 and M11 of the guide where its definition says nothing', () => {
    expect(shown(definition())).toEqual({
      latency: [0.95, 300, 'default'],
      event_to_view: [0.99, 5_000, 'default'],
      batch: [0.99, 1, 'default'],
      reconciliation: [0.99, 2, 'default'],
      freshness: [0.99, 5_000, 'default'],
      correctness: [0.999, 0.001, 'default'],
      backlog: [0.99, 1_000, 'default'],
      duplicates: [0.9999, 0, 'default'],
      reruns: [0.99, 0, 'default'],
      jobs: [0.999, 0, 'default'],
    })
  })

  it('take target, bound and window from the definition', () => {
    const own = definition(
      {
        freshness: { target: 0.9, under: '2s', window: '7d' },
        batch: { target: 0.9, within: '10m' },
        backlog: { target: 0.8, events: 50 },
      },
      { every: '5m', tolerance: 0.01 },
    )
    expect(shown(own)).toMatchObject({
      freshness: [0.9, 2_000, 'definition'],
      batch: [0.9, 2, 'definition'],
      backlog: [0.8, 50, 'definition'],
      correctness: [0.999, 0.01, 'default'],
    })
    const { spec } = objectivesOf(own).find((one) => one.spec.name === 'freshness') ?? {}
    expect(spec?.window).toEqual({ kind: 'rolling', days: 7 })
  })

  it('of all together are made while there is one', () => {
    expect(fleetObjectives([])).toEqual([])
    const own = [
      { ...definition(), name: 'b' },
      { ...definition({ correctness: { target: 0.75, divergence: 0.001 } }), name: 'a' },
    ].flatMap(objectivesOf)
    expect(
      fleetObjectives(own).map(({ spec }) => [spec.id, spec.parts.map(({ id }) => id), spec.target]),
    ).toEqual([
      ['all-freshness', ['a.freshness', 'b.freshness'], 0.99],
      // To the mean of what its parts want.
      ['all-correctness', ['a.correctness', 'b.correctness'], 0.8745],
    ])
  })
})
