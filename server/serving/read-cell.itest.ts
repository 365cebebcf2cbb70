import { afterAll, beforeAll, expect, it } from 'vitest'
import { inTransaction } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { publishVersions } from './publish'
import { readCell } from './read-cell'
import { everything, filled, readAll, requestOf } from './testing/fixture'
import { origin } from './testing/history'

let services: TestServices
beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())

it('[law 9] taken apart, every cell is the figure that reading values tells, with the same completeness', async () => {
  const { pool } = services
  const history = await filled(pool)
  const version = await history.stage(everything, await history.rotate())
  await inTransaction(pool, (c) => publishVersions(c, { ...requestOf(history), versionIds: [version.id] }))
  for (let i = 0; i < 30; i++) {
    const repeated = i % 5 === 0
    history.append({
      partition: i % 2,
      id: repeated ? `e${i * 2}` : `later${i}`,
      // Every third is late: the watermark has passed its window long ago.
      time: origin + (i % 3 === 0 ? 0 : 198_000) + i,
      key: `k${i % 7}`,
      miles: i,
      fare: '1',
    })
  }
  await history.catchUp()
  const values = await readAll(history, 1_000)
  const parts = await Promise.all(
    values.map((value) =>
      readCell(pool, { ...history.target, windowStart: value.windowStart, key: value.key }),
    ),
  )
  expect(
    parts.map((part) => ({ at: part.windowStart, measures: part.measures, completeness: part.completeness })),
  ).toEqual(
    values.map((value) => ({
      at: value.windowStart,
      measures: value.measures,
      completeness: value.completeness,
    })),
  )
  for (const part of parts) {
    const added = part.speed.reduce((sum, epoch) => sum + epoch.events, part.version?.events ?? 0)
    expect(added).toBe(part.events)
  }
  const speed = parts.flatMap((part) => part.speed)
  expect(speed.length).toBeGreaterThan(0)
  expect(speed.reduce((sum, epoch) => sum + epoch.late, 0)).toBeGreaterThan(0)
  expect(speed.every(({ epoch, served }) => epoch === 1 && served)).toBe(true)
  const stretches = speed.flatMap((epoch) => epoch.partitions)
  expect(stretches.every(({ seqFrom, seqTo }) => seqFrom >= 199 && seqTo > seqFrom && seqTo <= 230)).toBe(
    true,
  )
})

it('a cell nobody counted does not exist, and has no figure rather than 0', async () => {
  const history = await filled(services.pool)
  const cell = await readCell(services.pool, {
    ...history.target,
    windowStart: everything.from,
    key: 'nobody',
  })
  expect(cell).toMatchObject({
    exists: false,
    events: 0,
    version: null,
    speed: [],
    measures: { trips: null },
  })
})

it('names who published the version that answers, and what speed had counted at its cut', async () => {
  const { pool } = services
  const history = await filled(pool)
  const [value] = await readAll(history, 1)
  if (value === undefined) throw new Error('no cell')
  const version = await history.stage(everything, await history.rotate())
  await inTransaction(pool, (c) => publishVersions(c, { ...requestOf(history), versionIds: [version.id] }))
  const cell = await readCell(pool, { ...history.target, windowStart: value.windowStart, key: value.key })
  expect(cell.version).toMatchObject({
    number: version.number,
    digest: 'test',
    inForceSince: { number: 1, kind: 'publish', actor: 'test', reason: 'why' },
  })
  expect(cell.replaced.map(({ events, served }) => ({ events, served }))).toEqual([
    { events: cell.events, served: false },
  ])
  expect(cell.speedAtCut?.miles).toBe(value.measures.miles)
})
