import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  abandonedMs,
  joinStretches,
  maxStretches,
  overlayMs,
  planVacuum,
  type VacuumVersion,
} from './plan-vacuum'

const now = 1_800_000_000_000
const size = 60_000
const base = {
  now,
  windowSizeMs: size,
  keepVersions: 2,
  cellsMs: 400 * 86_400_000,
  lastEpoch: { overlay: 1_000, retention: -1 },
  vacuumed: [],
}
const old = now - 2 * overlayMs - ((now - 2 * overlayMs) % size)

function version(id: number, epoch: number, change: Partial<VacuumVersion> = {}): VacuumVersion {
  return {
    id,
    epoch,
    from: old,
    to: old + 10 * size,
    state: 'published',
    startedAt: now - 1_000,
    finishedAt: now - 900,
    ...change,
  }
}

const entry = (of: VacuumVersion) => ({ id: of.id, from: of.from, to: of.to, versionId: of.id })

describe('a vacuum', () => {
  it('keeps the last versions published for a window, and every version that answers', () => {
    const [v1, v2, v3, v4] = [version(1, 1), version(2, 2), version(3, 3), version(4, 4)]
    const versions = [v4, v3, v2, v1]
    expect(planVacuum({ ...base, versions, inForce: [entry(v4)] }).discard).toEqual([2, 1])
    expect(planVacuum({ ...base, versions, inForce: [entry(v1)] }).discard).toEqual([2])
  })

  it('keeps a version that is among the last for a single window of its range', () => {
    const [v1, v2, v3] = [version(1, 1), version(2, 2, { to: old + size }), version(3, 3, { to: old + size })]
    expect(planVacuum({ ...base, versions: [v3, v2, v1], inForce: [entry(v3)] }).discard).toEqual([])
  })

  it('discards staging that was abandoned, and leaves what is being staged', () => {
    const abandoned = version(1, 1, { state: 'staging', startedAt: now - abandonedMs, finishedAt: null })
    const running = version(2, 2, { state: 'staging', finishedAt: null })
    expect(planVacuum({ ...base, versions: [running, abandoned], inForce: [] }).discard).toEqual([1])
    const held = { ...abandoned, state: 'staged' as const, isHeld: true }
    expect(planVacuum({ ...base, versions: [running, held], inForce: [] }).discard).toEqual([])
  })

  it('deletes buckets only up to the earliest cut of a version that stays, staged ones included', () => {
    const [v5, v8] = [version(5, 5), version(8, 8)]
    const staged = version(9, 3, { state: 'staged', to: old + size })
    const plan = planVacuum({ ...base, versions: [staged, v8, v5], inForce: [entry(v8)] })
    expect(plan.vacuumed).toEqual([
      { from: old, to: old + size, epoch: 3 },
      { from: old + size, to: old + 10 * size, epoch: 5 },
    ])
  })

  it('keeps all buckets where no version answers, and the recent ones for the overlay', () => {
    const v1 = version(1, 1)
    expect(planVacuum({ ...base, versions: [v1], inForce: [] }).vacuumed).toEqual([])
    const recent = now - (now % size) - 10 * size
    const v2 = version(2, 2, { from: recent, to: recent + 5 * size })
    expect(planVacuum({ ...base, versions: [v2], inForce: [entry(v2)] }).vacuumed).toEqual([])
    const lately = { overlay: -1, retention: -1 }
    expect(planVacuum({ ...base, lastEpoch: lately, versions: [v1], inForce: [entry(v1)] }).vacuumed).toEqual(
      [],
    )
  })

  it('keeps history that is older than the retention but was computed lately', () => {
    const ancient = { from: now - 20 * 365 * 86_400_000, to: now - 20 * 365 * 86_400_000 + size }
    const fresh = version(1, 1, ancient)
    expect(planVacuum({ ...base, versions: [fresh], inForce: [entry(fresh)] }).expire).toEqual([])
    const stale = version(2, 1, { ...ancient, finishedAt: now - base.cellsMs })
    const plan = planVacuum({
      ...base,
      lastEpoch: { overlay: 5, retention: 4 },
      versions: [stale],
      inForce: [entry(stale)],
    })
    expect(plan).toMatchObject({ expire: [2], discard: [2] })
    expect(plan.vacuumed.at(-1)).toMatchObject({ epoch: 4 })
  })
})

describe('vacuumed stretches', () => {
  const stretch = fc.record({
    from: fc.integer({ min: 0, max: 30 }),
    length: fc.integer({ min: 1, max: 9 }),
    epoch: fc.nat(6),
  })

  it('hold the highest epoch given for each window, in disjoint order', () => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 8 }), (given) => {
        const stretches = given.map(({ from, length, epoch }) => ({ from, to: from + length, epoch }))
        const joined = joinStretches(stretches)
        for (let at = 0; at < 40; at++) {
          const expected = stretches
            .filter(({ from, to }) => from <= at && at < to)
            .reduce((max, { epoch }) => Math.max(max, epoch), -1)
          const found = joined.filter(({ from, to }) => from <= at && at < to)
          expect(found.map(({ epoch }) => epoch)).toEqual(expected < 0 ? [] : [expected])
        }
      }),
    )
  })

  it('stay within their limit by joining the oldest under the later epoch', () => {
    const many = Array.from({ length: maxStretches + 3 }, (_, i) => ({ from: i, to: i + 1, epoch: i }))
    const joined = joinStretches(many)
    expect(joined).toHaveLength(maxStretches)
    expect(joined[0]).toEqual({ from: 0, to: 4, epoch: 3 })
  })
})
