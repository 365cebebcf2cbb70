import { expect, it } from 'vitest'
import { plainText, shownAccount } from './shown-account'

it.each([
  ['ada@example.org', 'ada@example.org'],
  ['hunter2', 'not an e-mail address'],
  ['my pass@word', 'not an e-mail address'],
  ['a\0b@example.org', 'ab@example.org'],
])('%j is written down as %j', (typed, shown) => {
  expect(shownAccount(typed)).toBe(shown)
})

it('text from outside is cut, and freed of what Postgres cannot hold', () => {
  expect(plainText(`a\0\ud800b${'x'.repeat(500)}`)).toBe(`ab${'x'.repeat(198)}`)
})
