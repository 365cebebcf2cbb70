import { describe, expect, it } from 'vitest'
import { detailLine, detailRows } from './detail-rows'

describe('detailRows', () => {
  it('shows what was replaced as a change, without the level that says so', () => {
    expect(
      detailRows({ change: { role: { from: 'viewer', to: 'operator' } }, passwordReset: false }),
    ).toEqual([
      { label: 'role', kind: 'change', from: 'viewer', to: 'operator' },
      { label: 'password reset', kind: 'value', value: 'no' },
    ])
  })

  it('joins the names of what is nested, and lists plain lists', () => {
    expect(detailRows({ blastRadius: { windows: 12_000 }, versions: [3, 4], reason: null })).toEqual([
      { label: 'blast radius, windows', kind: 'value', value: '12,000' },
      { label: 'versions', kind: 'value', value: '3, 4' },
      { label: 'reason', kind: 'value', value: 'none' },
    ])
  })

  it('does not take a stretch of time for a change', () => {
    const range = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 2) }
    expect(detailRows({ range }).map(({ kind }) => kind)).toEqual(['value', 'value'])
  })

  it('has no line for a detail that is no object', () => {
    expect(detailRows(null)).toEqual([])
    expect(detailRows([1])).toEqual([])
  })
})

describe('detailLine', () => {
  it.each([
    ['the reason, where there is one', { reason: 'late events', n: 1 }, 'late events'],
    ['else what changed', { change: { role: { from: 'a', to: 'b' }, x: { from: 1, to: 1 } } }, 'role: a → b'],
    ['else the first facts', { agent: 'Browser', address: '192.0.2.1', n: 2 }, 'address 192.0.2.1, n 2'],
    ['nothing of an empty detail', {}, ''],
  ])('says %s', (_what, detail, line) => {
    expect(detailLine(detail)).toBe(line)
  })
})
