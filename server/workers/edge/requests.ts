import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { logger } from '../../platform'
import { cleanRequest } from './clean-request'
import { securityHeaders } from './security-headers'
import type { IsTrusted } from './trusted-proxies'

/** Limits of a connection, before anything of a request is known (law 11). */
export const connectionLimits = {
  /** The head of a request must be there; a socket that trickles it is closed with 408. */
  headersMs: 15_000,
  /** A whole request: 16 MiB at 1.2 Mbit/s. Answers may take as long as they like. */
  requestMs: 120_000,
  /** Node's default cuts a keep-alive connection after 5 s, just when a poller uses it again. */
  keepAliveMs: 65_000,
  headers: 100,
} as const

export function limitConnections(server: Server): void {
  server.headersTimeout = connectionLimits.headersMs
  server.requestTimeout = connectionLimits.requestMs
  server.keepAliveTimeout = connectionLimits.keepAliveMs
  server.maxHeadersCount = connectionLimits.headers
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>

let hasWarned = false

/**
 * Stands before the framework: cleans what a request says of itself, gives its answer the security headers, and
 * lets pages be read only. It allows nobody anything: that is decided in every procedure and route.
 */
export function guarded(handle: Handle, isTrusted: IsTrusted): Handle {
  return async (request, response) => {
    const { headers, socket } = request
    const { isSecure, wasDoubted } = cleanRequest(
      headers,
      { remoteAddress: socket.remoteAddress, encrypted: 'encrypted' in socket },
      isTrusted,
    )
    if (wasDoubted) warnOnce()
    const path = pathOf(request.url)
    const nonce = randomBytes(16).toString('base64')
    const sent = securityHeaders({ path, nonce, isSecure })
    for (const [name, value] of Object.entries(sent)) response.setHeader(name, value)
    // The framework takes the nonce for the scripts of a page from here; what a client sends is overwritten.
    headers['content-security-policy'] = sent['content-security-policy']
    delete headers['content-security-policy-report-only']
    if (!path.startsWith('/api/') && request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD', 'content-type': 'text/plain; charset=utf-8' })
      response.end('A page can only be read. Use GET.\n')
      return
    }
    await handle(request, response)
  }
}

const pathOf = (url: string | undefined): string => (url ?? '/').split('?')[0] ?? '/'

function warnOnce(): void {
  if (hasWarned) return
  hasWarned = true
  logger('web').warn(
    'a request came with forwarding headers from an address that is not in PARALLAX_TRUSTED_PROXIES: they are ignored, so all clients behind that proxy count as one address, and https is not seen',
  )
}
