import { describe, expect, test } from 'vitest'
import { compilePipeline, parseDefinition, type EventBatch } from '../pipeline'
import { limits } from './limits'
import { PartitionTask } from './partition-task'
import { rowsFrom } from './rows-from'

const document = {
  apiVersion: 'parallax/v1',
  kind: 'Pipeline',
  metadata: { name: 'sums', title: 'sums', owner: 'test' },
  spec: {
    events: { type: 'e' },
    key: 'data.k',
    window: { size: '1s' },
    lateness: { outOfOrder: '0s', allowed: '0s' },
    dedupe: { horizon: '1s' },
    measures: { v: { sum: 'data.v', type: 'int' } },
  },
}

interface Message {
  seq: number
  ids: number[]
}

const message = (seq: number, ...ids: number[]): Message => ({ seq, ids })

/** One partition's messages, logged a millisecond after one another. */
function batch(...messages: Message[]): EventBatch {
  const rows = messages.flatMap(({ seq, ids }) => ids.map((id, index) => ({ seq, id: String(id), index })))
  return {
    type: 'e',
    partition: 0,
    n: rows.length,
    seq: rows.map(({ seq }) => seq),
    index: rows.map(({ index }) => index),
    logTime: rows.map(({ seq }) => 100 + seq),
    time: rows.map(() => 100),
    source: rows.map(() => 's'),
    id: rows.map(({ id }) => id),
    subject: rows.map(() => null),
    columns: { k: rows.map(() => 'a'), v: rows.map(() => 1) },
  }
}

function leased(change: Partial<PartitionTask['lease']> = {}): PartitionTask {
  const parsed = parseDefinition(document)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const position = { seq: 0, epoch: 0, fence: 1, watermark: null, logTime: null }
  return new PartitionTask({
    lease: { computeId: 1, partition: 0, ...position, ...change },
    pipeline: 'sums',
    compiled: compilePipeline(parsed.definition),
    seed: { seedLo: 1, seedHi: 2 },
    partitions: 1,
  })
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
