import type { Principal } from './principal'

/**
 * Whether a write comes from our own pages (CSRF). A bearer token is never sent by a browser on its own, so it
 * proves itself; a cookie is, so the browser's own headers must say where the request started.
 */
export function isTrustedWrite(principal: Principal | null, headers: Headers): boolean {
  if (principal?.via === 'bearer') return true
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = headers.get('origin')
  if (origin !== null) return isOwnOrigin(origin, headers)
  return principal === null
}

function isOwnOrigin(origin: string, headers: Headers): boolean {
  if (!URL.canParse(origin)) return false
  const { host } = new URL(origin)
  return host === headers.get('host') || host === headers.get('x-forwarded-host')
}
