import { expect, test } from 'vitest'
import type { ObjectiveSpec } from '@/server/api'
import { draftOf, emptyDraft, problemsOf, specOf } from './spec-draft'

const spec: ObjectiveSpec = {
  id: 'departures.correctness',
  name: 'correctness',
  title: 'Batch confirms what was served',
  owner: 'network-ops',
  sli: { pipeline: 'departures', indicator: 'correctness', threshold: 0.001 },
  parts: [],
  target: 0.999,
  window: { kind: 'rolling', days: 30 },
  budgeting: { method: 'occurrences' },
  minTotal: 20,
  urgency: 'page',
  labels: { team: 'ops' },
}

test('an objective that is opened and not touched is saved as it was', () => {
  const variants: ObjectiveSpec[] = [
    spec,
    { ...spec, budgeting: { method: 'timeslices', minutes: 5, target: 0.95 } },
    { ...spec, budgeting: { method: 'ratio_timeslices', minutes: 1 } },
    {
      ...spec,
      window: { kind: 'calendar', unit: 'quarter', count: 2, start: '2025-04-01', zone: 'Europe/Berlin' },
    },
    { ...spec, id: 'all', name: 'all', sli: null, parts: [{ id: 'a.b', weight: 1 }] },
    { ...spec, sli: { pipeline: 'departures', indicator: 'jobs', threshold: 0 } },
  ]
  for (const one of variants) {
    expect(problemsOf(draftOf(one), one.sli === null)).toEqual({})
    expect(specOf(draftOf(one), one)).toEqual(one)
  }
})

test('per cent are written as per cent and kept as shares', () => {
  expect(draftOf(spec)).toMatchObject({ target: '99.9', threshold: '0.1' })
  expect(specOf({ ...draftOf(spec), target: '99,95', threshold: '0.25' }, spec)).toMatchObject({
    target: 0.9995,
    sli: { threshold: 0.0025 },
  })
})

test('each field that is not yet right says what it must be', () => {
  expect(Object.keys(problemsOf(emptyDraft(''), false)).sort()).toEqual([
    'name',
    'owner',
    'pipeline',
    'title',
  ])
  expect(problemsOf({ ...draftOf(spec), target: '100' }, false)).toHaveProperty('target')
  expect(problemsOf({ ...draftOf(spec), days: '0' }, false)).toHaveProperty('days')
  expect(problemsOf({ ...draftOf(spec), budgeting: 'timeslices', sliceMinutes: '7' }, false)).toHaveProperty(
    'sliceMinutes',
  )
})

test('a new one is of its pipeline', () => {
  const draft = { ...emptyDraft('departures'), name: 'fast', title: 'Fast', owner: 'ops' }
  expect(specOf(draft, null).id).toBe('departures.fast')
})
