import { describe, expect, it } from 'vitest'
import { AppError } from '../platform'
import { decodeCursor, encodeCursor } from './cursor'

const query = [1, 0, 100, null, null, null]
const position = { windowStart: 60_000, key: 'Zürich\n🛫', publication: 4 }

const refused = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return error instanceof AppError ? error.code : 'not an AppError'
  }
  return 'accepted'
}

describe('a cursor', () => {
  it('gives back the position it was made of', () => {
    expect(decodeCursor('s', query, encodeCursor('s', query, position))).toEqual(position)
  })

  it('is refused with another query, another secret, or one changed character', () => {
    const cursor = encodeCursor('s', query, position)
    expect(refused(() => decodeCursor('s', [2, 0, 100, null, null, null], cursor))).toBe('bad_request')
    expect(refused(() => decodeCursor('t', query, cursor))).toBe('bad_request')
    for (let i = 0; i < cursor.length; i++) {
      const forged = cursor.slice(0, i) + (cursor[i] === 'A' ? 'B' : 'A') + cursor.slice(i + 1)
      expect(refused(() => decodeCursor('s', query, forged))).toBe('bad_request')
    }
  })

  it.each([
    '',
    'x',
    '😀',
    '../../etc',
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'null',
    '{"w":1}',
    'a'.repeat(10_000),
  ])('is refused when it is %j', (cursor) => {
    expect(refused(() => decodeCursor('s', query, cursor))).toBe('bad_request')
  })
})
