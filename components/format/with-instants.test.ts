import { expect, test } from 'vitest'
import { withInstants } from './with-instants'

test('instants inside a sentence are written in the zone of the screen', () => {
  const now = Date.UTC(2026, 10, 22, 19)
  expect(withInstants('Windows after 2026-11-22T18:58:30.000Z are still open.', 'utc', now)).toBe(
    'Windows after 18:58:30 are still open.',
  )
  expect(withInstants('Nothing to say.', 'utc', now)).toBe('Nothing to say.')
})
