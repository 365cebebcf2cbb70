import { expect, test } from 'vitest'
import type { PlanView } from '@/server/api'
import type { Draft } from './draft'
import { conflictsOf } from './conflicts'
import { isSmall, weightOf } from './plan-weight'
import { formOf, readForm } from './recompute-form'
import { aJob } from '@/components/job/testing'
import { aPlan, anItem } from './testing'
import { whyOff } from './why-off'

const backfill: Draft = { kind: 'backfill', pipeline: 'departures', from: 0, to: 60_000 }
const sized = (cells: number, bytes = 0): PlanView =>
  aPlan({
    items: [anItem()],
    blastRadius: { windows: 1, keys: 1, cells, consumers: [], objectives: [] },
    estimate: { ...aPlan().estimate, bytes },
  })

test('what one click takes back is light, what is big or slow to take back asks for the name', () => {
  expect(weightOf({ kind: 'resume', pipeline: 'p', layer: 'speed' }, sized(0))).toBe('light')
  expect(weightOf({ kind: 'pause', pipeline: 'p', layer: 'batch', forMs: 1 }, sized(0))).toBe('light')
  expect(weightOf({ kind: 'pause', pipeline: 'p', layer: 'speed', forMs: 1 }, sized(0))).toBe('plan')
  expect(weightOf(backfill, sized(100_000))).toBe('plan')
  expect(weightOf(backfill, sized(100_001))).toBe('typed')
  expect(weightOf({ kind: 'restart', pipeline: 'p', at: { cut: 'last' } }, sized(0))).toBe('typed')
})

test('only what is cheap and within the quota is computed without being asked for', () => {
  expect(isSmall(sized(10))).toBe(true)
  expect(isSmall(sized(10, 2_000_000_000))).toBe(false)
  const quota = { perDay: 10, usedToday: 5, left: 5 }
  expect(isSmall(aPlan({ estimate: { ...aPlan().estimate, bytes: 6, quota } }))).toBe(false)
})

test('the button says what is still missing, in order', () => {
  const ask = (over: Partial<PlanView>, reason = '', typed = '', weight: 'plan' | 'typed' = 'plan') =>
    whyOff({
      state: { at: 'ready', plan: aPlan({ items: [anItem()], ...over }) },
      reason,
      typed,
      weight,
      pipeline: 'departures',
      me: 'a',
    })
  expect(ask({ items: [] })).toBe('nothing would change')
  expect(ask({})).toBe('give a reason first')
  expect(ask({}, 'why')).toBeNull()
  expect(ask({}, 'why', 'departure', 'typed')).toBe('type the pipeline’s name first')
  expect(ask({}, 'why', 'departures', 'typed')).toBeNull()
  expect(ask({ needsSecond: true }, 'why')).toBe('another person must approve')
  expect(ask({ needsSecond: true, approvals: [{ by: 'a', at: 1, reason: '' }] }, 'why')).toBe(
    'another person must approve',
  )
  expect(ask({ needsSecond: true, approvals: [{ by: 'b', at: 1, reason: '' }] }, 'why')).toBeNull()
  const preview = { status: 'running', jobId: 'j', versionIds: [], versions: [], epoch: null, error: null }
  expect(ask({ preview: { ...preview, status: 'running', diff: null } }, 'why')).toBe(
    'the difference is being computed',
  )
})

test('a form is read back as the draft it came from, and refuses what makes no sense', () => {
  const draft = {
    ...backfill,
    mode: 'missing',
    keys: ['a', 'b'],
    guard: { minutes: 5, divergence: 0.015 },
  } as const
  const form = formOf({ ...draft, keys: [...draft.keys] }, 'utc')
  expect(form.divergence).toBe('1.5')
  expect(readForm(form, { ...draft, keys: [...draft.keys] }, 'utc')).toEqual({ draft })
  const problem = (change: Partial<typeof form>) => {
    const read = readForm({ ...form, ...change }, { ...draft, keys: [...draft.keys] }, 'utc')
    return 'problem' in read ? read.problem : null
  }
  expect(problem({ from: 'x' })).toMatch(/date and a time/)
  expect(problem({ from: form.to })).toMatch(/before the end/)
  expect(problem({ divergence: '' })).toMatch(/needs a bound/)
  expect(problem({ minutes: '0' })).toMatch(/more than 0/)
  expect(problem({ runAt: 'tonight' })).toMatch(/run at/)
})

test('open jobs on windows of the plan are conflicts, its own preview and other places are not', () => {
  const plan = aPlan({ items: [anItem({ from: 0, to: 20 * 60_000 })] })
  const on = (from: number, to: number) => [
    {
      id: 'i',
      label: '',
      from,
      to,
      status: 'queued' as const,
      version: null,
      rows: null,
      error: null,
    },
  ]
  const jobs = [
    aJob({ id: 'a', items: on(10 * 60_000, 40 * 60_000) }),
    aJob({ id: 'b', items: on(20 * 60_000, 40 * 60_000) }),
    aJob({ id: 'c', status: 'succeeded', items: on(0, 10 * 60_000) }),
    aJob({ id: 'd', pipeline: 'other', items: on(0, 10 * 60_000) }),
  ]
  const found = conflictsOf(plan, jobs, 'utc', 0)
  expect(found.map(({ id }) => id)).toEqual(['a'])
  expect(found[0]?.what).toBe('A backfill runs (40 %) on 00:10 to 00:20')
})
