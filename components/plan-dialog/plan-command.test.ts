import { expect, test } from 'vitest'
import { planCommand } from './plan-command'

test('a recompute is its own command, with only what differs from the default', () => {
  const draft = {
    kind: 'backfill',
    pipeline: 'departures',
    from: 0,
    to: 60_000,
    mode: 'divergent',
    keys: ['ORD', 'new york'],
    guard: { minutes: 10, divergence: 0.01 },
  } as const
  expect(planCommand({ ...draft, keys: [...draft.keys] }, "it's late", 0)).toBe(
    "npx parallax backfill departures --from 1970-01-01T00:00:00.000Z --to 1970-01-01T00:01:00.000Z --keys 'ORD,new york' --mode divergent --guard-minutes 10 --guard-divergence 0.01 --reason 'it'\\''s late'",
  )
})

test('every other kind is a plan with its options', () => {
  expect(planCommand({ kind: 'pause', pipeline: 'p', layer: 'speed', forMs: 60_000 }, 'x', 0)).toBe(
    `npx parallax plan pause p --options '{"layer":"speed","until":"1970-01-01T00:01:00.000Z"}' --reason x`,
  )
  expect(planCommand({ kind: 'definition', pipeline: 'p', change: null }, 'x', 0)).toBeNull()
})
