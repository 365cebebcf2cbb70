import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hourStart, pipelineWithHistory } from '../../control/testing'
import { storeComparison } from '../../reconcile/testing-divergence'
import { startTestApi, type TestApi } from '../testing'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
  const history = await pipelineWithHistory(api.services.pool, 'trips')
  const version = await history.stage({ from: hourStart, to: hourStart + 600_000 }, await history.rotate())
  await api.services.pool.query(
    `UPDATE version SET state = 'published', published_at = now() WHERE id = $1`,
    [version.id],
  )
  await storeComparison(api.services.pool, { id: version.id, computeId: history.computeId }, [
    {
      windowStart: hourStart,
      key: 'a',
      measure: 'trips',
      speed: '4',
      batch: '6',
      relative: 1 / 3,
      causes: { late: '-3', duplicate: '1' },
      mainCause: 'late',
    },
    {
      windowStart: hourStart + 10_000,
      key: 'b',
      measure: 'longest',
      speed: null,
      batch: '9007199254740993.5',
      relative: 1,
      causes: { hole: '-9007199254740993.5' },
      mainCause: 'hole',
      state: 'partial',
    },
  ])
})
afterAll(() => api[Symbol.asyncDispose]())

describe('GET /pipelines/{name}/divergence', () => {
  it('answers cells with both figures, the causes that add up, and the state', async () => {
    const { status, body } = await api.call('GET', '/pipelines/trips/divergence?measure=trips')
    expect(status).toBe(200)
    expect(body).toEqual({
      cells: [
        {
          windowStart: new Date(hourStart).toISOString(),
          key: 'a',
          measure: 'trips',
          speed: 4,
          batch: 6,
          difference: -2,
          relative: 1 / 3,
          causes: { late: -3, duplicate: 1, invalid: 0, approximation: 0, hole: 0, schema: 0, drift: 0 },
          mainCause: 'late',
          state: 'open',
          version: 1,
        },
      ],
      nextCursor: null,
    })
  })

  it('narrows by range, key and cause, and reads on with the cursor', async () => {
    const count = async (query: string) => {
      const { body } = await api.call('GET', `/pipelines/trips/divergence?${query}`)
      return (body.cells as unknown[]).length
    }
    expect(await count('')).toBe(2)
    expect(await count('key=a')).toBe(1)
    expect(await count('cause=hole')).toBe(1)
    expect(await count(`from=${new Date(hourStart + 10_000).toISOString()}`)).toBe(1)
    const { body } = await api.call('GET', '/pipelines/trips/divergence?limit=1')
    expect(await count(`limit=1&cursor=${String(body.nextCursor)}`)).toBe(1)
  })

  it.each([
    ['cause=boredom', /cause/],
    ['measure=nothing', /It has/],
    ['cursor=forged', /cursor was not given out/],
    ['limit=0', /limit/],
    ['window=10', /window/],
  ])('refuses %s, saying what would be right', async (query, says) => {
    const { status, body } = await api.call('GET', `/pipelines/trips/divergence?${query}`)
    expect(status).toBe(400)
    expect(String(body.detail)).toMatch(says)
  })

  it('is in the OpenAPI document, and 404 for a pipeline that is not there', async () => {
    const { body } = await api.call('GET', '/openapi.json')
    expect(body.paths).toHaveProperty(['/api/v1/pipelines/{name}/divergence'])
    expect((await api.call('GET', '/pipelines/none/divergence')).status).toBe(404)
  })
})
