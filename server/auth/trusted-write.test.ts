import { describe, expect, it } from 'vitest'
import type { Principal } from './principal'
import { isTrustedWrite } from './trusted-write'

const user: Principal = {
  kind: 'user',
  id: '1',
  name: 'ada',
  role: 'operator',
  scopes: ['read'],
  via: 'cookie',
}
const token: Principal = { ...user, kind: 'token', via: 'bearer' }
const own = { host: 'console.example.org' }

describe('isTrustedWrite', () => {
  it.each([
    ['a bearer token, wherever it comes from', token, { 'sec-fetch-site': 'cross-site' }, true],
    ['a cookie from our own page', user, { 'sec-fetch-site': 'same-origin' }, true],
    ['a cookie from another site', user, { 'sec-fetch-site': 'cross-site' }, false],
    ['a cookie from a sister host', user, { 'sec-fetch-site': 'same-site' }, false],
    ['a cookie with our origin', user, { origin: 'https://console.example.org' }, true],
    ['a cookie with another origin', user, { origin: 'https://evil.example' }, false],
    ['a cookie from a sandboxed page', user, { origin: 'null' }, false],
    ['a cookie without any sign of where it comes from', user, {}, false],
    ['no sign-in and no browser', null, {}, true],
    ['no sign-in from another site', null, { origin: 'https://evil.example' }, false],
  ] as const)('%s', (_what, principal, headers, expected) => {
    expect(isTrustedWrite(principal, new Headers({ ...own, ...headers }))).toBe(expected)
  })
})
