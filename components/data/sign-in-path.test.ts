import { expect, test } from 'vitest'
import { safeNext, signInPath } from './sign-in-path'

test('a path of this console comes back whole', () => {
  expect(safeNext('/pipelines/departures?range=6h&zone=local')).toBe(
    '/pipelines/departures?range=6h&zone=local',
  )
  expect(signInPath('/pipelines?a=b&c')).toBe('/sign-in?next=%2Fpipelines%3Fa%3Db%26c')
})

test('another site, a scheme or the sign-in page itself leads to the overview', () => {
  for (const next of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/sign-in',
    '',
    null,
  ])
    expect(safeNext(next)).toBe('/')
})
