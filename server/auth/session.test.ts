import { describe, expect, it } from 'vitest'
import { clearedSessionCookie, sessionCookie, sessionToken } from './cookies'
import { judgeSession, sessionAbsoluteMs, sessionIdleMs } from './session'

const fresh = { lastSeenAt: 0, expiresAt: sessionAbsoluteMs }

describe('judgeSession', () => {
  it('ends after half an hour without use', () => {
    expect(judgeSession(fresh, sessionIdleMs - 1)).toBe('touch')
    expect(judgeSession(fresh, sessionIdleMs)).toBe('expired')
  })

  it('ends after twelve hours however busy it is', () => {
    expect(judgeSession({ ...fresh, lastSeenAt: sessionAbsoluteMs - 1 }, sessionAbsoluteMs)).toBe('expired')
  })

  it('is written as used at most once a minute', () => {
    expect(judgeSession(fresh, 59_999)).toBe('alive')
    expect(judgeSession(fresh, 60_000)).toBe('touch')
  })
})

describe('the session cookie', () => {
  const plain = { headers: new Headers({ host: 'localhost:3000' }), isSecure: false }
  const secure = { headers: new Headers({ host: 'console.example.org' }), isSecure: true }

  it('over https has the __Host- name and is sent over https only', () => {
    expect(sessionCookie('abc', secure)).toBe(
      '__Host-parallax=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=43200',
    )
  })

  it('over http is named after the port, so that two copies on one machine do not sign each other out', () => {
    expect(sessionCookie('abc', plain)).toMatch(
      /^parallax_3000=abc; Path=\/; HttpOnly; SameSite=Lax; Max-Age/,
    )
    expect(sessionToken(new Headers({ host: 'localhost:3001', cookie: 'parallax_3000=abc' }))).toBeNull()
  })

  it('is read back among other cookies', () => {
    const headers = new Headers({ host: 'localhost:3000', cookie: 'theme=dark; parallax_3000=abc; x=y' })
    expect(sessionToken(headers)).toBe('abc')
  })

  it('is cleared under the same name', () => {
    expect(clearedSessionCookie(plain)).toMatch(/^parallax_3000=; .*Max-Age=0$/)
  })
})
