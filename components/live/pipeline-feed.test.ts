import { expect, test } from 'vitest'
import type { LiveMessage, PipelineStatus, Series, SeriesPoint } from '@/server/api'
import { applyMessage } from './pipeline-feed'

const point = (i: number, n: number): SeriesPoint => ({
  windowStart: i * 10,
  windowEnd: i * 10 + 10,
  completeness: 'provisional',
  hole: null,
  merged: { n },
  batch: null,
  speed: { n },
})

const status = { epoch: 1 } as PipelineStatus
const series = (points: SeriesPoint[]): Series => ({
  pipeline: 'p',
  key: null,
  from: 0,
  to: 100,
  windowSizeMs: 10,
  stepMs: 10,
  measures: [],
  points,
  approximate: [],
  omitted: [],
  boundary: null,
  watermark: null,
  publication: 0,
  at: 0,
})
const snapshot = (points: SeriesPoint[]): LiveMessage => ({
  kind: 'snapshot',
  series: series(points),
  status,
})
const points = (changed: SeriesPoint[], boundary: number | null = null): LiveMessage => ({
  kind: 'points',
  points: changed,
  boundary,
  watermark: 5,
  status: { epoch: 2 } as PipelineStatus,
})

test('points replace theirs by window, new ones come in order, the status is the newest', () => {
  const first = applyMessage(null, snapshot([point(1, 1), point(3, 3)]), 0)
  const held = applyMessage(first, points([point(3, 4), point(2, 2)], 20), 0)
  expect(held?.series.points.map((p) => p.merged.n)).toEqual([1, 2, 4])
  expect(held?.series.boundary).toBe(20)
  expect(held?.status.epoch).toBe(2)
})

test('a snapshot replaces all that was held', () => {
  const held = applyMessage(applyMessage(null, snapshot([point(1, 1)]), 0), snapshot([point(9, 9)]), 0)
  expect(held?.series.points).toHaveLength(1)
})

test('points before any snapshot are dropped', () => {
  expect(applyMessage(null, points([point(1, 1)]), 0)).toBeNull()
})

test('windows that scrolled out of the range go', () => {
  const first = applyMessage(null, snapshot([point(1, 1), point(5, 5)]), 0)
  expect(applyMessage(first, points([point(6, 6)]), 30)?.series.points.map((p) => p.windowStart)).toEqual([
    50, 60,
  ])
})
