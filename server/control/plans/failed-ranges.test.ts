import { describe, expect, test } from 'vitest'
import type { JobItem } from '../model'
import { failedRanges, undoneRanges } from './failed-ranges'
import type { EndedRun } from './wanted-windows-store'

const item = (from: number, to: number, status: JobItem['status']): JobItem => ({
  id: `${from}`,
  label: '',
  from,
  to,
  status,
  version: null,
  rows: null,
  error: null,
})
const run = (status: EndedRun['status'], ...items: JobItem[]): EndedRun => ({ id: 'j', status, items })
const all = { from: 0, to: 100 }

describe('failedRanges', () => {
  test('a range that failed and was not done since is failed', () => {
    const runs = [
      run('partial', item(0, 10, 'succeeded'), item(10, 20, 'failed')),
      run('failed', item(20, 30, 'failed')),
    ]
    expect(failedRanges(runs, all)).toEqual([{ from: 10, to: 30 }])
  })

  test('what a later run did is not failed any more, and what it did not touch stays failed', () => {
    const runs = [run('succeeded', item(5, 15, 'succeeded')), run('failed', item(0, 20, 'failed'))]
    expect(failedRanges(runs, all)).toEqual([
      { from: 0, to: 5 },
      { from: 15, to: 20 },
    ])
  })

  test('a failed run published nothing, so what it had computed is failed too; a cancelled one tells nothing', () => {
    expect(failedRanges([run('failed', item(0, 5, 'succeeded'), item(5, 9, 'failed'))], all)).toEqual([
      { from: 0, to: 9 },
    ])
    expect(failedRanges([run('cancelled', item(0, 5, 'cancelled'))], all)).toEqual([])
  })

  test('only what lies in the range counts', () => {
    expect(failedRanges([run('failed', item(0, 50, 'failed'))], { from: 40, to: 60 })).toEqual([
      { from: 40, to: 50 },
    ])
  })
})

test('undoneRanges: of a partial job the failed items, of a cancelled or failed one all, of a done one nothing', () => {
  const items = [item(0, 5, 'succeeded'), item(5, 9, 'failed')]
  expect(undoneRanges(run('partial', ...items), all)).toEqual([{ from: 5, to: 9 }])
  expect(undoneRanges(run('cancelled', ...items), all)).toEqual([{ from: 0, to: 9 }])
  expect(undoneRanges(run('failed', ...items), all)).toEqual([{ from: 0, to: 9 }])
  expect(undoneRanges(run('succeeded', ...items), all)).toEqual([])
})
