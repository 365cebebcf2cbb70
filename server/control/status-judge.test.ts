import { describe, expect, it } from 'vitest'
import type { Health, PartitionPosition, PausedLayer, WorkerStatus } from './model'
import { catchUpAt, judgeHealth, worstFirst, worstOf } from './status-judge'

const worker = (role: string, alive = true): WorkerStatus => ({
  id: `${role}-1`,
  role,
  host: 'h',
  pid: 1,
  startedAt: 0,
  heartbeatAt: 0,
  alive,
  detail: {},
})

const held: PartitionPosition = {
  partition: 0,
  seq: 10,
  epoch: 0,
  watermark: 1_000,
  logTime: 1_000,
  owner: 'speed-1',
  leaseUntil: 2_000,
}

const well = {
  lag: { events: 0, messages: 0, seconds: 0 },
  position: [held],
  archive: { seq: 10, logSeq: 10, logFirstSeq: 1, lagMessages: 0, segments: 1, rows: 1, bytes: 1 },
  workers: [worker('speed'), worker('archive'), worker('batch')],
  timeToDataLossS: null,
  paused: [],
  lastRun: null,
}

const pause: PausedLayer = {
  id: 1,
  layer: 'speed',
  reason: 'moving',
  actor: 'ada',
  since: 0,
  until: null,
}

describe('the health of a pipeline', () => {
  it('is ok without a reason when all is well', () => {
    expect(judgeHealth(well)).toEqual({ health: 'ok', reasons: [] })
  })

  it('is unknown, not ok, before the first event', () => {
    expect(judgeHealth({ ...well, position: [{ ...held, watermark: null }] }).health).toBe('unknown')
  })

  it.each([
    ['a lag of five seconds', { lag: { events: 9, messages: 9, seconds: 5 } }, 'warn', /behind the log/],
    ['a lag of a minute', { lag: { events: 9, messages: 9, seconds: 60 } }, 'bad', /behind the log/],
    ['no speed worker', { workers: [worker('archive'), worker('batch')] }, 'bad', /No speed worker/],
    ['a speed worker that is dead', { workers: [worker('speed', false)] }, 'bad', /No speed worker/],
    [
      'a paused speed layer, however far behind',
      { paused: [pause], lag: { events: 9, messages: 9, seconds: 600 } },
      'warn',
      /speed layer is paused .*ada: moving/,
    ],
    ['a paused batch layer', { paused: [{ ...pause, layer: 'batch' }] }, 'warn', /batch layer is paused/],
    ['no archive worker', { workers: [worker('speed'), worker('batch')] }, 'warn', /No archive worker/],
    ['no batch worker', { workers: [worker('speed'), worker('archive')] }, 'warn', /No batch worker/],
    ['data about to be lost', { timeToDataLossS: 600 }, 'bad', /will drop events/],
    [
      'a failed run',
      { lastRun: { jobId: '1', status: 'failed', finishedAt: 1, error: 'no room' } },
      'warn',
      /no room/,
    ],
  ] as const)('with %s says so', (_what, change, health, reason) => {
    const verdict = judgeHealth({ ...well, ...change } as typeof well)
    expect(verdict.health).toBe(health)
    expect(verdict.reasons.join(' ')).toMatch(reason)
  })

  it('tells the worst reason first', () => {
    const verdict = judgeHealth({
      ...well,
      workers: [worker('speed')],
      lag: { events: 1, messages: 1, seconds: 90 },
    })
    expect(verdict.health).toBe('bad')
    expect(verdict.reasons[0]).toMatch(/behind the log/)
    expect(verdict.reasons).toHaveLength(3)
  })

  it('of several is the worst', () => {
    expect(worstOf(['ok', 'unknown', 'warn'])).toBe('warn')
    expect(worstOf([])).toBe('ok')
  })
})

describe('the order of the list', () => {
  const item = (pipeline: string, health: Health, seconds: number) => ({
    pipeline,
    health,
    lag: { events: 0, messages: 0, seconds },
  })

  it('is worst health, then largest lag, then name', () => {
    const items = [
      item('b', 'ok', 0),
      item('a', 'ok', 0),
      item('c', 'warn', 5),
      item('d', 'warn', 9),
      item('e', 'bad', 0),
    ]
    expect(items.sort(worstFirst).map(({ pipeline }) => pipeline)).toEqual(['e', 'd', 'c', 'a', 'b'])
  })
})

describe('when the lag will be gone', () => {
  it('follows from the rate between the first and the last sample', () => {
    expect(
      catchUpAt([
        { at: 0, messages: 100 },
        { at: 10_000, messages: 50 },
      ]),
    ).toBe(20_000)
  })

  it.each([
    [
      'the lag grows',
      [
        { at: 0, messages: 10 },
        { at: 1_000, messages: 20 },
      ],
    ],
    [
      'it stands still',
      [
        { at: 0, messages: 10 },
        { at: 1_000, messages: 10 },
      ],
    ],
    [
      'there is none',
      [
        { at: 0, messages: 10 },
        { at: 1_000, messages: 0 },
      ],
    ],
    ['there is one sample', [{ at: 0, messages: 10 }]],
    ['there is no sample', []],
  ])('is unknown when %s', (_what, samples) => {
    expect(catchUpAt(samples)).toBeNull()
  })
})
