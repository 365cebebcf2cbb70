import type { IncomingHttpHeaders } from 'node:http'
import { isLoopback, type IsTrusted } from './trusted-proxies'

/** Told to the handlers of one process by itself; a client's own is dropped. */
export const localHeader = 'x-parallax-local'

/** What a framework between client and handler may believe of itself, so that nobody else may say it. */
const internalHeaders = /^x-(middleware-|nextjs-|parallax-local$|matched-path$|invoke-|now-route)/

const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'via'] as const

interface Socket {
  remoteAddress?: string | undefined
  /** The connection itself is TLS. */
  encrypted?: boolean | undefined
}

export interface Cleaned {
  address: string
  isSecure: boolean
  /** Said where it comes from without being one of our proxies: ignored, and worth a word to the operator. */
  wasDoubted: boolean
}

/**
 * Makes the headers of a request say only what this process knows or one of its own proxies has said: the client's
 * address, whether it came by https, under which host. Changes `headers`.
 */
export function cleanRequest(headers: IncomingHttpHeaders, socket: Socket, isTrusted: IsTrusted): Cleaned {
  const peer = socket.remoteAddress ?? 'unknown'
  const isOurs = isTrusted(peer)
  const wasForwarded = forwarding.some((name) => headers[name] !== undefined)
  const address = isOurs ? clientOf(headers['x-forwarded-for'], peer, isTrusted) : peer
  const saidSecure = isOurs && textOf(headers['x-forwarded-proto'])?.split(',')[0]?.trim() === 'https'
  const isSecure = socket.encrypted === true || saidSecure
  for (const name of Object.keys(headers))
    if (internalHeaders.test(name)) Reflect.deleteProperty(headers, name)
  if (!isOurs) delete headers['x-forwarded-host']
  delete headers.forwarded
  headers['x-forwarded-for'] = address
  headers['x-forwarded-proto'] = isSecure ? 'https' : 'http'
  const isLocal = !wasForwarded && isLoopback(peer) && isLoopbackHost(headers.host)
  if (isLocal) headers[localHeader] = '1'
  return { address, isSecure, wasDoubted: wasForwarded && !isOurs }
}

/** From the nearest hop outwards: the first address that is none of our proxies. */
function clientOf(forwarded: string | string[] | undefined, peer: string, isTrusted: IsTrusted): string {
  const hops = (textOf(forwarded) ?? '')
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '')
  let client = peer
  while (isTrusted(client)) {
    const next = hops.pop()
    if (next === undefined) break
    client = next.slice(0, 64)
  }
  return client
}

const textOf = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(',') : value

/** A name that a page of another site cannot have, so that a rebound DNS name is not taken for this machine. */
const isLoopbackHost = (host: string | undefined): boolean =>
  /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(host ?? '')
