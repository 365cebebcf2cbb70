import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ofType } from '../../slo'
import type { UsageOfHour } from './cost-hour-store'
import { storedByPipeline, useOfHour } from './use-of-hour'
import { shareRelations } from './stored-bytes'

const readers = new Map([
  ['flight.departed', ['arrivals', 'departures', 'routes']],
  ['flight.landed', ['arrivals']],
])
const pipeline = fc.constantFrom(
  '',
  'departures',
  ofType('flight.departed'),
  ofType('flight.landed'),
  ofType('nobody.reads.it'),
)
const usage: fc.Arbitrary<UsageOfHour[]> = fc.array(
  fc.record({
    layer: fc.constantFrom('speed' as const, 'batch' as const, 'log' as const, 'serving' as const),
    pipeline,
    cpuUs: fc.integer({ min: 0, max: 1e9 }),
    bytesRead: fc.integer({ min: 0, max: 1e12 }),
    events: fc.integer({ min: 0, max: 1e9 }),
  }),
  { maxLength: 20 },
)
const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)

it('splitting CPU and bytes by pipeline loses nothing', () => {
  fc.assert(
    fc.property(usage, (rows) => {
      const uses = useOfHour(rows, readers)
      expect(sum(uses.map(({ cpuUs }) => cpuUs))).toBe(sum(rows.map(({ cpuUs }) => cpuUs)))
      expect(sum(uses.map((use) => use.bytesIn + use.bytesScanned))).toBe(
        sum(rows.map(({ bytesRead }) => bytesRead)),
      )
      expect(new Set(uses.map((use) => `${use.layer} ${use.pipeline}`)).size).toBe(uses.length)
    }),
  )
})

it('work on an event type is work for each pipeline that reads it, in equal parts', () => {
  const uses = useOfHour(
    [{ layer: 'log', pipeline: ofType('flight.departed'), cpuUs: 10, bytesRead: 0, events: 3 }],
    readers,
  )
  expect(uses.map((use) => [use.pipeline, use.cpuUs])).toEqual([
    ['arrivals', 3],
    ['departures', 4],
    ['routes', 3],
  ])
})

it('what speed reads is processed, what others read is scanned', () => {
  const read = { cpuUs: 0, bytesRead: 100, events: 2, pipeline: 'departures' }
  expect(
    useOfHour(
      [
        { ...read, layer: 'speed' },
        { ...read, layer: 'batch' },
      ],
      readers,
    ),
  ).toMatchObject([
    { layer: 'speed', bytesIn: 100, bytesScanned: 0, events: 2 },
    { layer: 'batch', bytesIn: 0, bytesScanned: 100, events: 0 },
  ])
})

it('bytes on disk of a type nobody reads are nobody’s', () => {
  expect(
    storedByPipeline(
      [
        { pipeline: ofType('nobody.reads.it'), bytes: 7 },
        { pipeline: 'departures', bytes: 5 },
      ],
      readers,
    ),
  ).toEqual([
    { pipeline: '', bytes: 7 },
    { pipeline: 'departures', bytes: 5 },
  ])
})

it('relations are shared by the rows they hold, and the rest of the database is nobody’s', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          relation: fc.constant('r'),
          bytes: fc.integer({ min: 0, max: 1e12 }),
          parts: fc.array(
            fc.record({ pipeline: fc.constantFrom('a', 'b', 'c'), weight: fc.integer({ min: 1, max: 1e6 }) }),
            { maxLength: 5 },
          ),
        }),
        { maxLength: 4 },
      ),
      fc.integer({ min: 0, max: 1e12 }),
      (relations, rest) => {
        const known = sum(relations.map(({ bytes }) => bytes))
        const shared = shareRelations(relations, known + rest)
        expect(sum(shared.map(({ bytes }) => bytes))).toBe(known + rest)
      },
    ),
  )
})
