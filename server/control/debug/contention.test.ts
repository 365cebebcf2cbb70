import { expect, test } from 'vitest'
import { contentions } from './contention'

const minute = 60_000
const use = (at: number, cpuMs: number, layer = 'batch') => ({ at: at * minute, layer, pipeline: 'p', cpuMs })

test('neighbouring steps with nearly all cores used are one stretch, with who used them and which runs', () => {
  const [stretch, ...others] = contentions({
    usage: [use(0, 10_000), use(1, 70_000), use(1, 40_000, 'speed'), use(2, 100_000), use(3, 20_000)],
    jobs: [
      { id: 'in', from: 1.5 * minute, to: null },
      { id: 'before', from: 0, to: 0.5 * minute },
    ],
    stepMs: minute,
    cores: 2,
  })
  expect(others).toEqual([])
  expect(stretch).toMatchObject({ from: minute, to: 3 * minute, jobs: ['in'] })
  expect(stretch?.share).toBeCloseTo(210 / 240, 6)
  expect(stretch?.users).toEqual([
    { layer: 'batch', pipeline: 'p', cpuMs: 170_000 },
    { layer: 'speed', pipeline: 'p', cpuMs: 40_000 },
  ])
})

test('below four fifths nothing is crowded', () => {
  expect(contentions({ usage: [use(0, 95_000)], jobs: [], stepMs: minute, cores: 2 })).toEqual([])
})
