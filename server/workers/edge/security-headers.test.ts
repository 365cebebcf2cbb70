import { describe, expect, it } from 'vitest'
import { securityHeaders } from './security-headers'

const headersOf = (change: Partial<Parameters<typeof securityHeaders>[0]> = {}) =>
  securityHeaders({ path: '/pipelines', nonce: 'bm9uY2U=', isSecure: false, ...change })

const directives = (policy: string | undefined): Record<string, string> =>
  Object.fromEntries(
    (policy ?? '').split('; ').map((part) => {
      const [name = '', ...values] = part.split(' ')
      return [name, values.join(' ')]
    }),
  )

describe('the headers of an answer', () => {
  it('[attack 11] let no script of a page run but those with the nonce of the answer', () => {
    const policy = directives(headersOf()['content-security-policy'])
    expect(policy['script-src']).toBe("'self' 'nonce-bm9uY2U=' 'strict-dynamic'")
    expect(policy['script-src-attr']).toBe("'none'")
    expect(policy['default-src']).toBe("'self'")
    expect(policy['object-src']).toBe("'none'")
    expect(policy['base-uri']).toBe("'none'")
    expect(policy['form-action']).toBe("'self'")
  })

  it('[attack 14] let nobody frame it', () => {
    for (const path of ['/', '/sign-in', '/api/v1/pipelines', '/_next/static/x.js']) {
      const headers = headersOf({ path })
      expect(directives(headers['content-security-policy'])['frame-ancestors']).toBe("'none'")
      expect(headers['x-frame-options']).toBe('DENY')
    }
  })

  it('let an answer of an API load nothing when it is opened as a page', () => {
    for (const path of ['/api/v1/audit/export', '/api/trpc/auth.me', '/readyz', '/metrics'])
      expect(directives(headersOf({ path })['content-security-policy'])['default-src']).toBe("'none'")
  })

  it('tell a browser to stay with https only over https', () => {
    expect(headersOf()['strict-transport-security']).toBeUndefined()
    expect(headersOf()['content-security-policy']).not.toContain('upgrade-insecure-requests')
    expect(headersOf({ isSecure: true })['strict-transport-security']).toBe('max-age=31536000')
    expect(headersOf({ isSecure: true })['content-security-policy']).toContain('upgrade-insecure-requests')
  })

  it('let nothing be sniffed and send no address to others', () => {
    expect(headersOf()).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
  })
})
