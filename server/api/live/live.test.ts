import { describe, expect, it } from 'vitest'
import { clusters } from './clusters'
import { Mailbox } from './mailbox'
import type { FeedPush } from './pipeline-feed'
import { formatResumeId, readResumeId } from './resume-id'
import { readViewChange } from './view-change'

describe('readViewChange', () => {
  const read = (message: unknown, subject = 'views.departures') =>
    readViewChange(subject, JSON.stringify(message))

  it('reads cells with and without keys, each window once', () => {
    expect(read({ kind: 'cells', windows: [[10, 'SFO'], [10, 'JFK'], [20]] })).toEqual({
      kind: 'cells',
      pipeline: 'departures',
      windows: [10, 20],
    })
  })

  it('knows that not all windows are named when there are too many', () => {
    expect(read({ kind: 'cells', windows: [[10]], truncated: true })).toMatchObject({ windows: null })
  })

  it('reads publications and jobs', () => {
    expect(read({ kind: 'publication', ranges: [[0, 10]] })).toMatchObject({ ranges: [[0, 10]] })
    expect(read({ kind: 'publication' })).toMatchObject({ ranges: null })
    expect(read({ kind: 'job', pipeline: 'departures' }, 'views.jobs')).toEqual({
      kind: 'job',
      pipeline: 'departures',
    })
  })

  it.each(['not json', 'null', '[]', '{"kind":"other"}', '7'])('passes over %s', (text) => {
    expect(readViewChange('views.departures', text)).toBeNull()
  })
})

describe('the resume id', () => {
  it('comes back as it was given', () => {
    expect(readResumeId(formatResumeId({ seq: 12, stepMs: 10_000 }))).toEqual({ seq: 12, stepMs: 10_000 })
  })

  it.each([null, undefined, '', '12', '-1-10', '1-2-3', 'x-1', '9'.repeat(40), '1e3-10'])(
    'is nothing when it is %s',
    (id) => {
      expect(readResumeId(id)).toBeNull()
    },
  )
})

describe('clusters', () => {
  it('reads near steps together and far ones apart', () => {
    expect(clusters([30, 10, 20, 5_000], 10)).toEqual([
      { from: 10, to: 40 },
      { from: 5_000, to: 5_010 },
    ])
  })

  it('[law 11] reads one range when there are too many', () => {
    const starts = Array.from({ length: 50 }, (_, i) => i * 10_000)
    expect(clusters(starts, 10)).toEqual([{ from: 0, to: 490_010 }])
  })

  it('reads nothing for nothing', () => {
    expect(clusters([], 10)).toEqual([])
  })
})

describe('a viewer’s mailbox', () => {
  const push = (seq: number, ...points: [number, number][]): FeedPush =>
    ({
      seq,
      status: {},
      points: points.map(([windowStart, flights]) => ({ windowStart, merged: { flights } })),
    }) as unknown as FeedPush

  it('[law 11] keeps the newest of each point for a viewer that is slow', async () => {
    const mailbox = new Mailbox(undefined)
    mailbox.put(push(1, [10, 1], [20, 1]))
    mailbox.put(push(2, [10, 2]))
    expect(await mailbox.take()).toEqual(push(2, [10, 2], [20, 1]))
  })

  it('forgets what it holds when all must be read anew', async () => {
    const mailbox = new Mailbox(undefined)
    mailbox.put(push(1, [10, 1]))
    mailbox.reset()
    expect(await mailbox.take()).toBe('reset')
    mailbox.put(push(2, [30, 1]))
    expect(await mailbox.take()).toEqual(push(2, [30, 1]))
  })

  it('wakes a waiting viewer, and lets go of one that leaves', async () => {
    const leaving = new AbortController()
    const mailbox = new Mailbox(leaving.signal)
    const waiting = mailbox.take()
    mailbox.put(push(1))
    expect(await waiting).toEqual(push(1))
    const last = mailbox.take()
    leaving.abort()
    expect(await last).toBe('left')
  })
})
