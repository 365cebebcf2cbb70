import { describe, expect, test } from 'vitest'
import { EventScanner } from './event-scanner'
import { learnTemplate } from './event-template'
import { TemplateScanner } from './template-scanner'

const fields = ['key', 'amount', 'flag', 'nested', 'absent']

const event = (data: unknown, change: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  type: 'shop.sale',
  source: 'till-1',
  id: 'a-1',
  time: '2026-01-31T12:34:56.789Z',
  traceparent: '00-abc-def-01',
  data,
  ...change,
})
const plain = { key: 'k1', amount: 12.5, note: 'x', flag: true, nested: { a: [1] } }

/** What a scanner makes of the bytes; null when it leaves them to the full parser. */
function read(scanner: EventScanner | TemplateScanner, text: string | Buffer) {
  const bytes = Buffer.from(text)
  if (!scanner.scan(bytes)) return null
  const { id, source, type, time, subject, values } = scanner
  return { id, source, type, time, subject, values: [...values] }
}

/** The template must agree with the full scanner, which has the last word on what it refuses. */
function expectSame(texts: readonly (string | Buffer)[]) {
  const templated = new TemplateScanner(fields)
  for (const text of texts) {
    expect(read(templated, text), String(text)).toEqual(read(new EventScanner(fields), text))
  }
}

describe('the template scanner', () => {
  test('reads further events of a form as the full scanner does', () => {
    expectSame(
      [
        event(plain),
        event({ ...plain, key: '', amount: -0 }),
        event({ ...plain, amount: 0.1 }),
        event({ ...plain, amount: 123456789012345.6 }),
        event({ ...plain, amount: 2 ** 53 }),
        event({ ...plain, amount: 1e21 }),
        event({ ...plain, amount: null }),
        event({ ...plain, amount: '12' }),
        event({ ...plain, flag: false }),
        event({ ...plain, nested: { a: [2] } }),
        event({ ...plain, key: 'Zürich' }),
        event({ ...plain, key: 'a"b\\c' }),
        event(plain, { id: '' }),
        event(plain, { id: 'x'.repeat(1_025) }),
        event(plain, { source: 'till-2' }),
        event(plain, { type: 'shop.other' }),
        event(plain, { specversion: '0.3' }),
        event(plain, { time: '2026-01-31T12:34:00.000Z' }),
        event(plain, { time: '2026-01-31T12:34:60.000Z' }),
        event(plain, { time: '2026-01-31T12:34:5x.000Z' }),
        event(plain, { time: '2026-01-31T12:35:01.5+01:00' }),
        event(plain, { time: '2026-02-30T12:34:56.789Z' }),
        event(plain, { time: 'yesterday' }),
        event(plain, { traceparent: '' }),
        event(plain, { subject: 's' }),
        event(null),
        event([1]),
        event({ amount: 1, key: 'k1' }),
      ].map((value) => JSON.stringify(value)),
    )
  })

  test('reads every number as JSON does', () => {
    const numbers = [
      '0',
      '-0',
      '1',
      '-17',
      '0.5',
      '3.10',
      '0.000001',
      '123456.789012',
      '999999999999999',
      '0.1234567890123456789',
    ]
    const broken = ['01', '1.', '.5', '+1', '1e5', '--1', '-', '1,2', '']
    const text = (number: string) =>
      JSON.stringify(event({ key: 'k', amount: 7 })).replace('7}', `${number}}`)
    expectSame([text('7'), ...[...numbers, ...broken].map(text)])
    const scanner = new TemplateScanner(fields)
    read(scanner, text('7'))
    for (const number of numbers) expect(read(scanner, text(number))?.values[1]).toBe(JSON.parse(number))
  })

  test('agrees on ten thousand damaged events', () => {
    let state = 7
    const below = (n: number) => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % n
    const sound = Buffer.from(JSON.stringify(event(plain, { subject: 'line-4' })))
    const alphabet = Buffer.from('{}[]",:.-+eE0123456789 \\tn\u0000\u001f\u007fä')
    for (let i = 0; i < 10_000; i++) {
      const templated = new TemplateScanner(fields)
      read(templated, sound)
      const damaged = [...sound]
      for (let times = 1 + below(2); times > 0; times--) {
        const at = below(damaged.length)
        const byte = alphabet[below(alphabet.length)] ?? 0
        const how = below(3)
        if (how === 0) damaged[at] = byte
        else if (how === 1) damaged.splice(at, 1)
        else damaged.splice(at, 0, byte)
      }
      const bytes = Buffer.from(damaged)
      expect(read(templated, bytes), bytes.toString('latin1')).toEqual(read(new EventScanner(fields), bytes))
    }
  })

  test('knows a template only for events of its very form', () => {
    const bytes = Buffer.from(JSON.stringify(event(plain)))
    const template = learnTemplate(bytes, 'shop.sale', fields)
    const out = new TemplateScanner(fields)
    const match = (given: Buffer) => template?.match(given, 0, given.length, out)
    expect(match(bytes)).toBe(true)
    expect(match(Buffer.concat([bytes, Buffer.from(' ')]))).toBe(false)
    expect(match(bytes.subarray(0, -1))).toBe(false)
    expect(match(Buffer.alloc(0))).toBe(false)
    const among = Buffer.concat([Buffer.from('x'), bytes, bytes])
    expect(template?.match(among, 1, 1 + bytes.length, out)).toBe(true)
    expect(template?.match(among, 1, bytes.length, out)).toBe(false)
    expect(template?.match(among, 1, 2 + bytes.length, out)).toBe(false)
  })

  test('goes on reading when producers send more forms than it keeps', () => {
    const texts = Array.from({ length: 400 }, (_, i) =>
      JSON.stringify(event({ [`f${i % 9}`]: i, key: `k${i}`, amount: i })),
    )
    expectSame(texts)
  })
})
