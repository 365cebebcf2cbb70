import { describe, expect, test } from 'vitest'
import { batchOf, ModelStore, type ModelMessage } from './epoch-merge.model'
import { limits } from './limits'
import type { PartitionTask } from './partition-task'
import { rowsFrom } from './rows-from'

const settings = { partitions: 1, allowedMs: 0, outOfOrderMs: 0, horizonMs: 1_000, beyond: 'defer' as const }

const message = (seq: number, ...ids: number[]): ModelMessage => ({
  seq,
  partition: 0,
  logTime: 100 + seq,
  events: ids.map((id) => ({ id, time: 100, key: 'a', value: 1, partition: 0 })),
})
const batch = (...messages: ModelMessage[]) => batchOf(messages, 0)

function leased(change: Partial<PartitionTask['lease']> = {}): PartitionTask {
  const store = new ModelStore(settings, 'none')
  Object.assign(store.at(0), change)
  return store.acquire(0)
}

describe('a partition task', () => {
  test('folds a message once, however often it is delivered', () => {
    const task = leased()
    task.read(batch(message(1, 1, 2), message(2, 3)))
    task.read(batch(message(1, 1, 2), message(2, 3), message(3, 4)))
    expect(task.take(0)).toMatchObject({
      baseSeq: 0,
      seq: 3,
      logTime: 103,
      counters: { messages: 3, events: 4, accepted: 4, duplicate: 0 },
    })
  })

  test('has one commit under way; the next starts where it ends', () => {
    const task = leased()
    task.read(batch(message(1, 1)))
    const first = task.take(0)
    task.read(batch(message(2, 2)))
    expect(task.take(0)).toBeNull()
    expect(task.uncommittedCells).toBe(2)
    task.settle(0)
    expect(first).toMatchObject({ baseSeq: 0, seq: 1 })
    expect(task.take(0)).toMatchObject({ baseSeq: 1, seq: 2, counters: { events: 1 } })
  })

  test('before its lease rebuilds dedupe marks only, and after it folds against them', () => {
    const task = leased({ seq: 2, logTime: 102, watermark: 90 })
    expect(task.rebuildFrom).toBe(-1_000)
    task.rewindTo(0)
    task.read(batch(message(1, 1), message(2, 2), message(3, 1, 3)))
    expect(task.take(0)).toMatchObject({
      baseSeq: 2,
      seq: 3,
      counters: { messages: 1, events: 2, accepted: 1, duplicate: 1 },
    })
  })

  test('counts a parked event as invalid in the commit whose position passes it, not before', () => {
    const task = leased()
    task.read(batch(message(1, 1)))
    task.readDead(2)
    expect(task.take(0)).toMatchObject({ seq: 1, counters: { events: 1, invalid: 0 } })
    task.settle(0)
    task.advance(2)
    expect(task.take(0)).toMatchObject({ seq: 2, counters: { events: 1, invalid: 1 } })
  })

  test('counts a message with parked and folded events once', () => {
    const task = leased()
    task.readDead(1)
    task.readDead(2)
    task.readDead(2)
    task.read(batch(message(1, 1)))
    task.advance(2)
    expect(task.take(0)).toMatchObject({ counters: { messages: 2, events: 4, accepted: 1, invalid: 3 } })
  })

  test('that has nothing of its own moves its position on now and then', () => {
    const task = leased()
    task.advance(7)
    expect(task.take(limits.idleAdvanceMs - 1)).toBeNull()
    expect(task.take(limits.idleAdvanceMs)).toMatchObject({ baseSeq: 0, seq: 7, cells: [] })
  })

  test('that is leaving folds nothing more and commits what it has', () => {
    const task = leased()
    task.read(batch(message(1, 1)))
    task.phase = 'leaving'
    task.read(batch(message(2, 2)))
    task.advance(9)
    expect(task.take(0)).toMatchObject({ seq: 1, counters: { events: 1 } })
  })

  test('whose lease is gone commits nothing', () => {
    const task = leased()
    task.read(batch(message(1, 1)))
    task.phase = 'ended'
    expect(task.take(0)).toBeNull()
  })
})

describe('rows after a position', () => {
  test('are the batch itself, a part of whole messages, or nothing', () => {
    const all = batch(message(1, 1, 2), message(2, 3))
    expect(rowsFrom(all, 0)).toBe(all)
    expect(rowsFrom(all, 1)).toMatchObject({ n: 1, seq: [2], id: ['3'], columns: { k: ['a'], v: [1] } })
    expect(rowsFrom(all, 2)).toBeNull()
    expect(rowsFrom(batch(), 0)).toBeNull()
  })
})
