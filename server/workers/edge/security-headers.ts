/** What every answer carries, whatever it is. */
const always: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'x-permitted-cross-domain-policies': 'none',
}

/** A year; told over https only, where a browser heeds it. */
const transport = 'max-age=31536000'

/** An answer of an API is data: opened as a page it may load, run and frame nothing. */
const dataPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * Scripts run by the nonce of this very answer, and what they load. Style attributes and the sheets that toasts and
 * dialogs add while they are open have no nonce, so inline styles are allowed; scripts inline are not.
 */
const pagePolicy = (nonce: string, isSecure: boolean): string =>
  [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    "script-src-attr 'none'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
    ...(isSecure ? ['upgrade-insecure-requests'] : []),
  ].join('; ')

/** Whether an address answers with data, not with a page. */
const isData = (path: string): boolean => /^\/(api\/|healthz$|readyz$|metrics$)/.test(path)

interface Answer {
  /** The address without its query. */
  path: string
  /** Fresh random text for each answer. */
  nonce: string
  isSecure: boolean
}

/** The headers that an answer is sent with, before anything else is decided about it. */
export function securityHeaders({ path, nonce, isSecure }: Answer): Record<string, string> {
  return {
    ...always,
    'content-security-policy': isData(path) ? dataPolicy : pagePolicy(nonce, isSecure),
    ...(isSecure && { 'strict-transport-security': transport }),
  }
}
