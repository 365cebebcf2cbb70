import { describe, expect, it } from 'vitest'
import { cleanRequest, localHeader } from './clean-request'
import { readTrustedProxies } from './trusted-proxies'

const nobody = readTrustedProxies(undefined)
const own = readTrustedProxies('10.0.0.0/8, loopback, 2001:db8::7')

describe('a request as the handlers see it', () => {
  it('[attack 3] is from the socket, whatever the client says of addresses, hosts and https', () => {
    const headers: Record<string, string> = {
      host: 'console.example.org',
      'x-forwarded-for': '1.2.3.4, 5.6.7.8',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'for=1.2.3.4;proto=https',
    }
    const cleaned = cleanRequest(headers, { remoteAddress: '203.0.113.9' }, nobody)
    expect(cleaned).toEqual({ address: '203.0.113.9', isSecure: false, wasDoubted: true })
    expect(headers).toEqual({
      host: 'console.example.org',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'http',
    })
  })

  it('[attack 3] is from the last hop that is none of our proxies, however many the client invents before it', () => {
    const headers = { 'x-forwarded-for': '1.1.1.1, 203.0.113.9, 10.0.0.2', 'x-forwarded-proto': 'https' }
    const cleaned = cleanRequest(headers, { remoteAddress: '::ffff:127.0.0.1' }, own)
    expect(cleaned).toEqual({ address: '203.0.113.9', isSecure: true, wasDoubted: false })
  })

  it('is from our proxy where that does not say for whom it asks', () => {
    expect(cleanRequest({}, { remoteAddress: '10.0.0.2' }, own).address).toBe('10.0.0.2')
    expect(cleanRequest({ 'x-forwarded-for': '10.0.0.9' }, { remoteAddress: '10.0.0.2' }, own).address).toBe(
      '10.0.0.9',
    )
  })

  it('[attack 2] carries no header that a framework believes of itself', () => {
    const headers: Record<string, string> = {
      'x-middleware-subrequest': 'middleware:middleware:middleware',
      'x-middleware-rewrite': '/admin',
      'x-nextjs-data': '1',
      'x-invoke-path': '/admin',
      'x-parallax-local': '1',
      accept: 'text/html',
    }
    cleanRequest(headers, { remoteAddress: '203.0.113.9' }, nobody)
    expect(Object.keys(headers).sort()).toEqual(['accept', 'x-forwarded-for', 'x-forwarded-proto'])
  })

  it('is local only from this machine, under its own name, and through no proxy', () => {
    const isLocal = (headers: Record<string, string>, remoteAddress = '127.0.0.1') => {
      cleanRequest(headers, { remoteAddress }, nobody)
      return headers[localHeader] === '1'
    }
    expect(isLocal({ host: 'localhost:3000' })).toBe(true)
    expect(isLocal({ host: '[::1]:3000' }, '::1')).toBe(true)
    expect(isLocal({ host: '127.0.0.1:3000' }, '::ffff:127.0.0.1')).toBe(true)
    expect(isLocal({ host: 'rebound.evil.example' })).toBe(false)
    expect(isLocal({ host: 'localhost' }, '192.168.1.7')).toBe(false)
    expect(isLocal({ host: 'localhost', 'x-forwarded-for': '203.0.113.9' })).toBe(false)
    expect(isLocal({ host: 'localhost', via: '1.1 proxy' })).toBe(false)
  })

  it('is secure over TLS of its own', () => {
    expect(cleanRequest({}, { remoteAddress: '203.0.113.9', encrypted: true }, nobody).isSecure).toBe(true)
  })
})

describe('PARALLAX_TRUSTED_PROXIES', () => {
  it('takes addresses and ranges of both families', () => {
    const yes = ['10.255.0.1', '127.0.0.1', '::1', '2001:db8::7', '::ffff:10.1.2.3']
    const not = ['11.0.0.1', '2001:db8::8', 'unknown', '']
    expect(yes.filter((address) => !own(address))).toEqual([])
    expect(not.filter((address) => own(address))).toEqual([])
  })

  it.each(['10.0.0.0/99', 'proxy.local', '10.0.0'])('refuses %s and says how it is written', (text) => {
    expect(() => readTrustedProxies(text)).toThrow(/PARALLAX_TRUSTED_PROXIES.*10\.0\.0\.0\/8/)
  })
})
