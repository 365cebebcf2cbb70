import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { departures, flight, startTestApi, type TestApi } from '../testing'

let api: TestApi
const base = '/pipelines/departures/explain'
const windowStart = '2026-01-31T08:00:00.000Z'

beforeAll(async () => {
  api = await startTestApi()
  await api.call('POST', '/pipelines', { body: departures() })
  const events = Array.from({ length: 7 }, (_, i) => flight(`e${i}`))
  const others = [
    flight('e0', { source: 'test' }),
    flight('short', { data: { origin: 'SFO', distance: 0 } }),
    flight('nowhere', { data: { distance: 5 } }),
    flight('jfk', { data: { origin: 'JFK', distance: 5 } }),
    flight('later', { time: '2026-01-31T08:00:10Z' }),
  ]
  for (const event of [...events, ...others])
    await api.services.nats.js.publish('events.flight.departed.0', JSON.stringify(event))
})
afterAll(async () => {
  await api.console.archiveReader.close()
  await api[Symbol.asyncDispose]()
})

const events = (query: string) => api.call('GET', `${base}/events?windowStart=${windowStart}&key=SFO${query}`)

describe('GET /pipelines/{name}/explain/events', () => {
  it('reads what is not archived yet from the log: nothing of it is served before it is folded', async () => {
    const { status, body } = await events('')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      counts: { all: 10, served: 0, neither: 10, different: 0 },
      archivedSeq: 0,
      readSeq: 12,
      behind: null,
      nextCursor: null,
    })
    const told = (body.events as { id: string; fate: string; time: string }[]).map(
      ({ id, fate }) => `${id} ${fate}`,
    )
    expect(told).toEqual([
      ...Array.from({ length: 7 }, (_, i) => `e${i} unread`),
      'e0 duplicate',
      'short filtered',
      'nowhere unusable_key',
    ])
    expect((body.events as { time: string }[])[0]?.time).toBe('2026-01-31T08:00:00.000Z')
  })

  it('pages by a signed cursor, which serves no other question', async () => {
    const first = await events('&limit=4')
    const cursor = String(first.body.nextCursor)
    const rest = await events(`&limit=100&cursor=${cursor}`)
    const ids = [...(first.body.events as { seq: number }[]), ...(rest.body.events as { seq: number }[])]
    expect(ids.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(rest.body.nextCursor).toBeNull()
    const other = await events(`&show=different&cursor=${cursor}`)
    expect(other).toMatchObject({ status: 400, body: { code: 'bad_request' } })
  })

  it.each([
    ['&limit=0', 'limit'],
    ['&limit=1000', 'limit'],
    ['&show=some', 'show'],
    ['&sort=asc', 'sort'],
  ])('refuses %s, naming it', async (query, name) => {
    const { status, body } = await events(query)
    expect(status).toBe(400)
    expect(body.detail).toContain(name)
  })
})

describe('GET /pipelines/{name}/explain', () => {
  it('tells of a cell that nobody has counted that it has no value', async () => {
    const { status, body } = await api.call('GET', `${base}?windowStart=${windowStart}&key=SFO`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      kind: 'cell',
      exists: false,
      windowStart,
      windowEnd: '2026-01-31T08:00:10.000Z',
      served: { measures: { flights: null, miles: null }, completeness: 'provisional' },
      version: null,
      comparisons: [],
      definition: { version: 1 },
    })
  })

  it('without a key lists the keys of the window', async () => {
    const { body } = await api.call('GET', `${base}?windowStart=${windowStart}`)
    expect(body).toMatchObject({ kind: 'total', keys: [], keyCount: 0 })
  })

  it('refuses an instant inside a window, naming the start of it', async () => {
    const { status, body } = await api.call('GET', `${base}?windowStart=2026-01-31T08:00:03Z&key=SFO`)
    expect(status).toBe(400)
    expect(body.detail).toContain('the one that holds it starts at 2026-01-31T08:00:00.000Z')
  })

  it('of a pipeline that is not there is 404, with a measure that is not there 400', async () => {
    const at = `windowStart=${windowStart}&key=SFO`
    expect((await api.call('GET', `/pipelines/none/explain?${at}`)).status).toBe(404)
    expect((await api.call('GET', `${base}?${at}&measure=none`)).body.detail).toContain('flights, miles')
  })
})

it('lists behind them what is kept in quarantine, which nobody counts until it is put back', async () => {
  const { pool, nats } = api.services
  await pool.query(
    `INSERT INTO quarantine (type, source, reason, actor) VALUES ('flight.departed', 'storm', 'retries', 'ada')`,
  )
  nats.nc.publish('control.quarantine', '')
  const send = (id: string) =>
    api.call('POST', '/events', {
      body: JSON.stringify(flight(id, { source: 'storm' })),
      headers: { 'content-type': 'application/cloudevents+json' },
    })
  let sent = 0
  await expect.poll(async () => (await send(`s${++sent}`)).body.quarantined).toBe(1)
  await send('last')
  const all = await events('&limit=100')
  const kept = (all.body.events as { id: string; fate: string; reason: string; data: string }[]).filter(
    ({ fate }) => fate === 'quarantined',
  )
  expect(kept.map(({ id }) => id)).toEqual([`s${sent}`, 'last'])
  expect(kept[0]?.reason).toContain('producer is in quarantine')
  expect(kept[0]?.data).toContain('SFO')
  const first = await events('&limit=1&show=different')
  expect(first.body.counts).toMatchObject({ different: 2, served: 0 })
  const second = await events(`&limit=1&show=different&cursor=${String(first.body.nextCursor)}`)
  expect(second.body.events).toMatchObject([{ id: 'last', countedBy: 'neither', served: false }])
  expect(second.body.nextCursor).toBeNull()
})
