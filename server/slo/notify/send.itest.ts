import { createHmac } from 'node:crypto'
import { lookup } from 'node:dns'
import { describe, expect, it } from 'vitest'
import { guardedLookup, isPublicAddress } from './address-guard'
import type { ChannelRecord } from './delivery'
import { sender } from './send'
import { newsOf, startMailbox, startReceiver } from './testing'

const key = 'parallax-incident-12'
const sending = (kind: Parameters<typeof newsOf>[0], change = {}) => ({
  body: newsOf(kind, change),
  key,
  uniqueKey: `1:12:${kind}:1`,
  now: Date.UTC(2026, 0, 31, 8),
})

const channel = (
  kind: ChannelRecord['kind'],
  settings: Record<string, unknown>,
  secret: string | null = null,
): ChannelRecord => ({
  id: 1,
  name: 'test',
  kind,
  settings: { allowInternal: true, ...settings },
  secret,
})

const send = sender({ allowInternal: true })
const sent = { outcome: 'sent' }

describe('a webhook', () => {
  it('carries a signature of its body and time that its receiver can check', async () => {
    await using receiver = await startReceiver()
    const secret = 'a key of sixteen letters'
    expect(
      await send(channel('webhook', { url: `${receiver.url}/hook` }, secret), sending('trigger')),
    ).toEqual(sent)
    const [{ headers, body } = { headers: {} as Record<string, string>, body: '' }] = receiver.received
    const [, t = '', v1 = ''] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(headers['parallax-signature'])) ?? []
    expect(v1).toBe(createHmac('sha256', secret).update(`${t}.${body}`).digest('hex'))
    expect(Number(t) * 1000).toBe(Date.UTC(2026, 0, 31, 8))
    expect(headers['parallax-delivery']).toBe('1:12:trigger:1')
    expect(JSON.parse(body)).toMatchObject({
      kind: 'trigger',
      key,
      incident: { cause: 'speed:departures' },
      mutes: ['Freshness burns its error budget'],
    })
  })

  it.each([
    [500, 'away'],
    [503, 'away'],
    [408, 'away'],
    [429, 'away'],
    [400, 'refused'],
    [401, 'refused'],
    [404, 'refused'],
  ])('answered with %i is %s', async (status, outcome) => {
    await using receiver = await startReceiver()
    receiver.answer = { status, body: 'no' }
    const result = await send(channel('webhook', { url: receiver.url }, 'k'), sending('trigger'))
    expect(result).toMatchObject({ outcome })
    expect('says' in result ? result.says : '').toContain(String(status))
  })

  it('waits as long as its receiver asks for', async () => {
    await using receiver = await startReceiver()
    receiver.answer = { status: 429, headers: { 'retry-after': '7' } }
    expect(await send(channel('webhook', { url: receiver.url }, 'k'), sending('trigger'))).toMatchObject({
      retryAfterMs: 7_000,
    })
  })
})

it('Slack gets blocks with a link, and no mark-up of ours is taken from a text', async () => {
  await using receiver = await startReceiver()
  const slack = channel('slack', {}, `${receiver.url}/services/T/B/x`)
  expect(await send(slack, sending('trigger', { owner: '<!channel>' }))).toEqual(sent)
  const { text, blocks } = JSON.parse(receiver.received[0]?.body ?? '{}') as {
    text: string
    blocks: unknown[]
  }
  expect(text).toBe('Page: The speed layer of departures stands still')
  expect(JSON.stringify(blocks)).toContain('<https://parallax.example/incidents/12|The speed layer')
  expect(JSON.stringify(blocks)).not.toContain('<!channel>')
})

it('PagerDuty gets trigger, acknowledge and resolve of Events v2, all with one key', async () => {
  await using receiver = await startReceiver()
  const pagerDuty = channel('pagerduty', { url: receiver.url }, 'R0UT1NGKEY')
  for (const kind of ['trigger', 'escalate', 'acknowledge', 'resolve'] as const)
    expect(await send(pagerDuty, sending(kind))).toEqual(sent)
  const calls = receiver.received.map(({ path, body }) => ({
    path,
    ...(JSON.parse(body) as Record<string, unknown>),
  }))
  expect(calls.map(({ path }) => path)).toEqual(Array.from({ length: 4 }, () => '/v2/enqueue'))
  expect(calls).toMatchObject([
    {
      event_action: 'trigger',
      dedup_key: key,
      routing_key: 'R0UT1NGKEY',
      payload: { severity: 'critical', source: 'departures' },
    },
    { event_action: 'trigger', dedup_key: key },
    { event_action: 'acknowledge', dedup_key: key },
    { event_action: 'resolve', dedup_key: key },
  ])
})

it('Alertmanager gets the same labels until the end, and the end of a severity that changed', async () => {
  await using receiver = await startReceiver()
  const alertmanager = channel('alertmanager', { url: receiver.url }, 'token')
  await send(alertmanager, sending('trigger', { severity: 'ticket' }))
  await send(alertmanager, sending('escalate', { severityBefore: 'ticket' }))
  await send(alertmanager, sending('heartbeat'))
  await send(alertmanager, sending('resolve', { resolvedAt: Date.UTC(2026, 0, 31, 8) }))
  interface Sent {
    labels: Record<string, string>
    startsAt: string
    endsAt: string
  }
  const calls = receiver.received.map(({ body }) => JSON.parse(body) as Sent[])
  expect(receiver.received[0]).toMatchObject({
    path: '/api/v2/alerts',
    headers: { authorization: 'Bearer token' },
  })
  const [first, second, beat, last] = calls
  expect(second?.[1]?.labels).toEqual(first?.[0]?.labels)
  expect(second?.[1]?.endsAt).toBe('2026-01-31T08:00:00.000Z')
  expect(beat?.[0]?.labels).toEqual(second?.[0]?.labels)
  expect(last?.[0]?.labels).toEqual(second?.[0]?.labels)
  expect(beat?.[0]?.endsAt).toBe('2026-01-31T08:05:00.000Z')
  expect(last?.[0]?.endsAt).toBe('2026-01-31T08:00:00.000Z')
})

describe('mail', () => {
  const settings = (port: number) => ({
    host: '127.0.0.1',
    port,
    security: 'none',
    user: 'parallax',
    from: 'parallax@example.org',
    to: ['ops@example.org', 'lead@example.org'],
  })

  it('of an incident is one thread', async () => {
    await using mailbox = await startMailbox({ user: 'parallax', pass: 'secret' })
    const mail = channel('email', settings(mailbox.port), 'secret')
    for (const kind of ['trigger', 'escalate', 'resolve'] as const)
      expect(await send(mail, sending(kind))).toEqual(sent)
    const header = (text: string | undefined, name: string) =>
      new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'im').exec(text ?? '')?.[1]?.replaceAll(/\s+/g, ' ')
    const [first, second, third] = mailbox.mails.map(({ text }) => text)
    const id = header(first, 'message-id')
    expect(id).toMatch(/^<[0-9a-f]+@example\.org>$/)
    expect([second, third].map((text) => header(text, 'references'))).toEqual([id, id])
    expect([second, third].map((text) => header(text, 'in-reply-to'))).toEqual([id, id])
    expect(new Set([first, second, third].map((text) => header(text, 'message-id'))).size).toBe(3)
    expect(header(first, 'x-parallax-incident')).toBe(key)
    expect(header(first, 'subject')).toBe('[Parallax] Page: The speed layer of departures stands still')
    expect(mailbox.mails[0]).toMatchObject({ to: ['ops@example.org', 'lead@example.org'], user: 'parallax' })
  })

  it('with a wrong password is refused, and from a server that is not there is away', async () => {
    const mailbox = await startMailbox({ user: 'parallax', pass: 'other' })
    expect(await send(channel('email', settings(mailbox.port), 'secret'), sending('trigger'))).toMatchObject({
      outcome: 'refused',
    })
    await mailbox[Symbol.asyncDispose]()
    expect(await send(channel('email', settings(mailbox.port), 'secret'), sending('trigger'))).toMatchObject({
      outcome: 'away',
    })
  })
})

describe('an internal address is not called', () => {
  /** As a name server that answers what an attacker wants. */
  const answering = (address: string, family = 4): typeof lookup =>
    ((_name: string, _options: object, callback: (error: null, found: object[]) => void) => {
      callback(null, [{ address, family }])
    }) as unknown as typeof lookup

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    'ff02::1',
  ])('%s', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each(['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946'])('%s is not internal', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })

  const urls = (port: string) => [
    `http://127.0.0.1:${port}/`,
    `http://localhost:${port}/`,
    `http://[::1]:${port}/`,
    `http://2130706433:${port}/`,
    `http://0x7f.1:${port}/`,
    `http://[::ffff:7f00:1]:${port}/`,
  ]

  it('given as such, in any notation, by HTTP', async () => {
    await using receiver = await startReceiver()
    const port = new URL(receiver.url).port
    for (const url of urls(port))
      for (const guarded of [
        sender({ allowInternal: false })(channel('webhook', { url }, 'k'), sending('trigger')),
        send(channel('webhook', { url, allowInternal: false }, 'k'), sending('trigger')),
      ])
        expect(await guarded).toMatchObject({
          outcome: 'refused',
          says: expect.stringContaining('internal address') as string,
        })
    expect(receiver.received).toEqual([])
  })

  it('hidden behind a name, looked at when it is connected to', async () => {
    await using receiver = await startReceiver()
    const port = new URL(receiver.url).port
    const guarded = sender({ allowInternal: false, lookup: guardedLookup(answering('127.0.0.1')) })
    const result = await guarded(
      channel('webhook', { url: `http://innocent.example:${port}/` }, 'k'),
      sending('trigger'),
    )
    expect(result).toMatchObject({ outcome: 'refused' })
    expect(receiver.received).toEqual([])
  })

  it('reached by a redirect: it is not followed', async () => {
    await using inner = await startReceiver()
    await using outer = await startReceiver()
    outer.answer = { status: 302, headers: { location: inner.url } }
    expect(await send(channel('webhook', { url: outer.url }, 'k'), sending('trigger'))).toMatchObject({
      outcome: 'refused',
    })
    expect(inner.received).toEqual([])
  })

  it('by SMTP', async () => {
    await using mailbox = await startMailbox()
    const settings = {
      host: 'mail.example',
      port: mailbox.port,
      security: 'none',
      from: 'a@example.org',
      to: ['b@example.org'],
    }
    const guarded = sender({ allowInternal: false, lookup: guardedLookup(answering('127.0.0.1')) })
    expect(await guarded(channel('email', settings), sending('trigger'))).toMatchObject({
      outcome: 'refused',
    })
    const literal = sender({ allowInternal: false })
    expect(
      await literal(channel('email', { ...settings, host: '127.0.0.1' }), sending('trigger')),
    ).toMatchObject({ outcome: 'refused' })
    expect(mailbox.mails).toEqual([])
  })
})
