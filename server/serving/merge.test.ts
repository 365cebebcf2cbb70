import { describe, expect, it } from 'vitest'
import { compilePipeline, type Definition } from '../pipeline'
import { judge, mergeContributions, type Hole } from './merge'

const definition: Definition = {
  name: 'p',
  title: 'p',
  owner: 'o',
  tags: {},
  eventType: 't',
  schemaSubject: null,
  filter: null,
  key: [],
  windowSizeMs: 10_000,
  lateness: { outOfOrderMs: 0, allowedMs: 0, beyond: 'defer' },
  dedupeHorizonMs: 60_000,
  measures: [{ name: 'n', kind: 'count', where: null }],
  batch: { everyMs: 300_000, reconcile: 'auto', tolerance: 0 },
  retention: { versions: 5, cellsMs: 1e10 },
  objectives: {},
  budget: null,
}
const shape = compilePipeline(definition)
const cell = (n: number) => ({ acc: [String(n), String(n)], sketch: null })
const window = { from: 0, to: 10_000 }
const coverage = { version: 3, epoch: 7, cut: [100, 200], settledTo: 10_000 }
const hole: Hole = {
  layer: 'speed',
  partition: 1,
  seqFrom: 150,
  seqTo: 180,
  fromTime: 2_000,
  toTime: 4_000,
  reason: 'the log no longer had them',
}
const judged = (change: object) =>
  judge({ window, coverage, touchedAfterCut: false, holes: [], ...change }).completeness

describe('the merge', () => {
  it('[law 5] adds the buckets after the cut to the version, and has no cell where there is neither', () => {
    expect(mergeContributions(shape, cell(5), [cell(2), cell(1)])?.acc).toEqual(['8', '8'])
    expect(mergeContributions(shape, null, [cell(2)])?.acc).toEqual(['2', '2'])
    expect(mergeContributions(shape, null, [])).toBeNull()
  })

  it('leaves a version untouched by buckets that only count late events', () => {
    const version = cell(5)
    expect(mergeContributions(shape, version, [cell(0)])).toBe(version)
  })
})

describe('completeness', () => {
  it('[law 5] is complete only under a version that nothing came after', () => {
    expect(judged({})).toBe('complete')
    expect(judged({ touchedAfterCut: true })).toBe('provisional')
    expect(judged({ coverage: { ...coverage, settledTo: 9_999 } })).toBe('provisional')
    expect(judged({ coverage: { ...coverage, settledTo: null } })).toBe('provisional')
    expect(judged({ coverage: null })).toBe('provisional')
  })

  it('[law 5] is partial under a hole of the layer that answers, and names it', () => {
    const bare = judge({ window, coverage: null, touchedAfterCut: false, holes: [hole] })
    expect(bare).toEqual({
      completeness: 'partial',
      hole: 'The speed layer lacks messages 150 to 180 of partition 1: the log no longer had them',
    })
  })

  it('is healed by a version whose cut is past a hole of the speed layer, not by one before it', () => {
    expect(judged({ holes: [hole] })).toBe('complete')
    expect(judged({ holes: [hole], coverage: { ...coverage, cut: [100, 160] } })).toBe('partial')
  })

  it('is touched by a hole of the archive only where the version reads that far', () => {
    const archive = { ...hole, layer: 'archive' }
    expect(judged({ holes: [archive] })).toBe('partial')
    expect(judged({ holes: [archive], coverage: { ...coverage, cut: [100, 149] } })).toBe('complete')
    expect(judged({ holes: [archive], coverage: null })).toBe('provisional')
    const lostAt = { ...archive, notedAt: 5_000 }
    expect(judged({ holes: [lostAt], coverage: { ...coverage, finishedAt: 4_999 } })).toBe('complete')
    expect(judged({ holes: [lostAt], coverage: { ...coverage, finishedAt: 5_001 } })).toBe('partial')
    expect(judged({ holes: [lostAt], coverage: { ...coverage, finishedAt: null } })).toBe('partial')
  })

  it('[law 5] is partial while events of the window are kept in quarantine, whatever answers', () => {
    const kept = {
      ...hole,
      layer: 'quarantine',
      seqFrom: 0,
      seqTo: 0,
      reason: 'till-7 is in quarantine',
    } as const
    expect(judged({ holes: [kept] })).toBe('partial')
    const bare = judge({ window, coverage: null, touchedAfterCut: false, holes: [kept] })
    expect(bare).toEqual({ completeness: 'partial', hole: 'till-7 is in quarantine' })
  })

  it('is touched by a hole of unknown time, and not by one of other windows', () => {
    expect(judged({ coverage: null, holes: [{ ...hole, fromTime: null, toTime: null }] })).toBe('partial')
    expect(judged({ coverage: null, holes: [{ ...hole, fromTime: 10_000, toTime: 12_000 }] })).toBe(
      'provisional',
    )
  })
})
