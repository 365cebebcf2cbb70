import { expect, test } from 'vitest'
import { parseSubject } from './subject'
import { readDelivery } from './wire-message'

const read = (subject: string) => readDelivery(Buffer.from(subject))

test('the place of a message is read from its reply subject, in both its forms', () => {
  const expected = { streamSeq: 34, consumerSeq: 7, time: 1_795_371_605_396, pending: 12 }
  expect(read('$JS.ACK.EVENTS.reader_1.1.34.7.1795371605396123456.12')).toEqual(expected)
  expect(read('$JS.ACK.hub.ACCHASH.EVENTS.reader_1.1.34.7.1795371605396123456.12')).toEqual(expected)
  expect(read('$JS.ACK.hub.ACCHASH.EVENTS.reader_1.1.34.7.1795371605396123456.12.x9')).toEqual(expected)
  expect(read('_INBOX.abc')).toBeNull()
  expect(read('')).toBeNull()
})

test.each([
  ['events.a.b.3', { type: 'a.b', partition: 3 }],
  ['events.a.b', { type: 'a.b', partition: 0 }],
  ['events.a.4', { type: 'a.4', partition: 0 }],
  ['events.a.03', { type: 'a.03', partition: 0 }],
  ['events.2', { type: '2', partition: 0 }],
  ['events.', null],
  ['views.a', null],
])('the subject %s names its type and partition', (subject, expected) => {
  expect(parseSubject(subject, 4)).toEqual(expected)
})
