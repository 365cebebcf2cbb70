import { describe, expect, test } from 'vitest'
import { nextFlushMs } from './flush-pace'
import { planReaders } from './reader-plan'
import { fairShare, surplus } from './share'

const options = { joinDistance: 100, readersPerType: 3, livePending: 1_000, pendingOf: () => 0 }
const plan = (tasks: { type: string; cursor: number }[], changed = {}) =>
  planReaders(tasks, { ...options, ...changed }).map(({ type, lane, tasks }) => [
    type,
    lane,
    tasks.map((task) => task.cursor),
  ])

describe('readers', () => {
  test('are one for each type when everything is near the head', () => {
    const tasks = [
      { type: 'a', cursor: 950 },
      { type: 'b', cursor: 10 },
      { type: 'a', cursor: 1_000 },
    ]
    expect(plan(tasks)).toEqual([
      ['a', 'live', [1_000, 950]],
      ['b', 'live', [10]],
    ])
  })

  test('of a compute that starts at 0 are its own until it has caught up', () => {
    const tasks = [
      { type: 'a', cursor: 1_000 },
      { type: 'a', cursor: 0 },
    ]
    expect(plan(tasks)).toEqual([
      ['a', 'live', [1_000]],
      ['a', 'catchUp', [0]],
    ])
    expect(
      plan([
        { type: 'a', cursor: 1_000 },
        { type: 'a', cursor: 900 },
      ]),
    ).toEqual([['a', 'live', [1_000, 900]]])
  })

  test('are never more than the limit of a type: the last one takes the rest', () => {
    const cursors = [10_000, 8_000, 6_000, 4_000, 2_000]
    expect(plan(cursors.map((cursor) => ({ type: 'a', cursor })))).toEqual([
      ['a', 'live', [10_000]],
      ['a', 'catchUp', [8_000]],
      ['a', 'catchUp', [6_000, 4_000, 2_000]],
    ])
  })

  test('do not count as live while the log is far ahead of them', () => {
    expect(plan([{ type: 'a', cursor: 5 }], { pendingOf: () => 1_001 })).toEqual([['a', 'catchUp', [5]]])
  })
})

describe('the fair share', () => {
  test('leaves no lease over and no worker two ahead', () => {
    expect(fairShare({ partitions: 12, workers: 1 })).toBe(12)
    expect(fairShare({ partitions: 12, workers: 5 })).toBe(3)
    expect(fairShare({ partitions: 0, workers: 3 })).toBe(0)
    expect(fairShare({ partitions: 4, workers: 0 })).toBe(4)
  })

  test('is kept by giving back the last partitions of all computes', () => {
    const held = [1, 2].flatMap((computeId) => [0, 1].map((partition) => ({ computeId, partition })))
    expect(surplus(held, 2).map((lease) => lease.partition)).toEqual([1, 1])
    expect(surplus(held, 4)).toEqual([])
    expect(surplus(held, 0)).toHaveLength(4)
  })
})

describe('the flush interval', () => {
  test('is short when commits are quick and longer when they are slow, within its range', () => {
    const range = { flushMinMs: 50, flushMaxMs: 250 }
    expect([0, 10, 40, 80, 5_000].map((ms) => nextFlushMs(ms, range))).toEqual([50, 50, 120, 240, 250])
  })
})
