import { expect, test } from 'vitest'
import { defaultRoles, parseRoles } from './roles'

test('the default is one process of each role', () => {
  expect(parseRoles(defaultRoles)).toEqual({ web: 1, speed: 1, batch: 1, archive: 1, slo: 1 })
})

test('a role can run several times', () => {
  expect(parseRoles('speed:3, batch')).toEqual({ speed: 3, batch: 1 })
})

test.each(['', 'spead', 'speed:0', 'speed:x', 'speed:33', 'web:2', 'feed', 'web,'])(
  '"%s" is refused',
  (text) => {
    expect(() => parseRoles(text)).toThrow('--roles')
  },
)
