import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newHeaders, openNats, type Nats } from '../../server/clients'
import { natsUrlOf } from '../../server/clients/embedded'
import { pidOf } from '../product/processes'
import { until } from '../product/start-product'
import { exact, openCampaign, type Campaign } from './campaign'
import { caughtUp } from './caught-up'
import { eventType } from './pipelines'
import { report, seedOf } from './report'
import { openStores, storesOf } from './stores'

const seed = seedOf()
const frame = 'application/vnd.parallax.frame+json'

/** What somebody with the right to write to the log could put there, beside the product's own frames. */
const poison: [title: string, type: string, body: Buffer, headers?: Record<string, string>][] = [
  ['broken JSON', 'application/cloudevents+json', Buffer.from('{"id":')],
  ['no event at all', 'application/cloudevents+json', Buffer.from('null')],
  ['bytes that are no text', 'application/cloudevents+json', Buffer.from([0xff, 0xfe, 0, 0x80])],
  ['nothing', 'application/cloudevents+json', Buffer.alloc(0)],
  ['a depth of ten thousand', 'application/cloudevents+json', Buffer.from('['.repeat(10_000))],
  ['a number beyond any', 'application/cloudevents+json', event({ data: { key: 'k', amount: '1e400' } })],
  [
    'a lone surrogate in its id',
    'application/cloudevents+json',
    Buffer.from('{"specversion":"1.0","id":"\\ud800"}'),
  ],
  [
    'a prototype',
    'application/cloudevents+json',
    Buffer.from('{"__proto__":{"polluted":1},"specversion":"1.0"}'),
  ],
  [
    'a frame of half its bytes',
    frame,
    Buffer.from('{"v":1,"type":"fault.event","n":3,"source":"/x","id":["a"'),
  ],
  ['a frame that lies about its count', frame, frameOf({ n: 5 })],
  ['a frame of negative length', frame, frameOf({ n: -1 })],
  [
    'a frame with the checksum of another',
    frame,
    frameOf({}),
    { 'parallax-crc32': '1', 'parallax-validated': '1' },
  ],
]

describe('what must never be in the log', () => {
  let campaign: Campaign
  let nats: Nats

  beforeAll(async () => {
    campaign = await openCampaign({ seed })
    nats = await openNats({ url: natsUrlOf(campaign.dataDir, 'provisioner') ?? '', name: 'poison' })
    await campaign.flows()
  })
  afterAll(async () => {
    await nats.close()
    await campaign[Symbol.asyncDispose]()
  })

  it('is a dead letter with its reason, and no worker ends over it', async () => {
    await using stores = await openStores(await storesOf(campaign.product))
    const before = await Promise.all([pidOf(campaign.product, 'speed'), pidOf(campaign.product, 'archive')])
    const seqs = new Map<number, string>()
    for (const [title, type, body, headers = {}] of poison) {
      const all = newHeaders()
      for (const [name, value] of Object.entries({ 'content-type': type, ...headers })) all.set(name, value)
      const { seq } = await nats.js.publish(`events.${eventType}.0`, body, { headers: all })
      seqs.set(seq, title)
    }
    await campaign.flows()
    await caughtUp(await storesOf(campaign.product))
    const { rows } = await stores.pool.query<{ seq: number; reason: string }>(
      'SELECT DISTINCT seq, reason FROM dead_letter WHERE seq = ANY($1::bigint[])',
      [[...seqs.keys()]],
    )
    const parked = new Set(rows.map(({ seq }) => seq))
    expect([...seqs].filter(([seq]) => !parked.has(seq)).map(([, title]) => title)).toEqual([])
    for (const { reason } of rows) expect(reason.length).toBeGreaterThan(10)
    expect(await Promise.all([pidOf(campaign.product, 'speed'), pidOf(campaign.product, 'archive')])).toEqual(
      before,
    )
  })

  it('[law 7] a whole log that is sent once more counts nothing twice', async () => {
    const { state } = await nats.jsm.streams.info('EVENTS')
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await nats.jsm.streams.getMessage('EVENTS', { seq })
      if (message?.header.get('content-type') !== frame || !message.subject.includes(eventType)) continue
      const headers = newHeaders()
      for (const [name, [value]] of message.header) if (value !== undefined) headers.set(name, value)
      headers.set('Nats-Msg-Id', randomUUID())
      await nats.js.publish(message.subject, message.data, { headers })
    }
    await caughtUp(await storesOf(campaign.product))
  })

  it('more than a connection may hold at once is read piece by piece', async () => {
    const speed = await pidOf(campaign.product, 'speed')
    process.kill(speed, 'SIGSTOP')
    const padding = 'x'.repeat(900_000)
    for (let i = 0; i < 90; i++) {
      const headers = newHeaders()
      headers.set('content-type', 'application/cloudevents+json')
      await nats.js.publish('events.fault.large.0', event({ type: 'fault.large', data: { padding } }), {
        headers,
      })
    }
    process.kill(speed, 'SIGCONT')
    await campaign.flows()
    await until('speed is at the end of the log', 90_000, async () => {
      await caughtUp(await storesOf(campaign.product))
      return true
    })
    expect(await pidOf(campaign.product, 'speed')).toBe(speed)
  })

  it('[law 7] leaves every place exact', async () => {
    const { verdict } = await campaign.verdict()
    report({
      seed,
      file: 'e2e/faults/poison.ftest.ts',
      verdict,
    })
    expect(verdict).toMatchObject(exact)
  })
})

function event(over: object): Buffer {
  return Buffer.from(
    JSON.stringify({
      specversion: '1.0',
      id: randomUUID(),
      source: '/poison',
      type: eventType,
      time: 'yesterday',
      ...over,
    }),
  )
}

function frameOf(over: object): Buffer {
  return Buffer.from(
    JSON.stringify({
      v: 1,
      type: eventType,
      n: 1,
      source: '/poison',
      id: ['a'],
      time: [0],
      cols: { key: ['k'], amount: [1] },
      ...over,
    }),
  )
}
