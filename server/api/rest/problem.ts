import { statusByCode, type AppError, type ErrorCode } from '../../platform'

const titles: Record<ErrorCode, string> = {
  bad_request: 'The request is not valid',
  unauthenticated: 'Sign-in is needed',
  forbidden: 'Not allowed',
  not_found: 'Not found',
  method_not_allowed: 'Method not allowed',
  conflict: 'Something changed or is in the way',
  gone: 'No longer kept',
  too_large: 'Too large',
  unsupported_media_type: 'Content type not supported',
  unprocessable: 'Nothing can be done with this',
  too_many_requests: 'Too many requests',
  internal: 'The server failed',
  unavailable: 'Unavailable for now',
}

/** An error as problem+json (RFC 9457), with our code and the error's own details as extension members. */
export function problemResponse(error: AppError, requestId: string): Response {
  const status = statusByCode[error.code]
  const headers = new Headers()
  const allow = error.details?.allow
  if (Array.isArray(allow)) headers.set('allow', allow.join(', '))
  headers.set('content-type', 'application/problem+json')
  headers.set('cache-control', 'no-store')
  if (error.retryAfterS !== undefined) headers.set('retry-after', String(Math.ceil(error.retryAfterS)))
  if (error.code === 'unauthenticated') headers.set('www-authenticate', 'Bearer realm="parallax"')
  const body = {
    ...error.details,
    type: `urn:parallax:problem:${error.code.replaceAll('_', '-')}`,
    title: titles[error.code],
    status,
    detail: error.message,
    code: error.code,
    requestId,
  }
  return new Response(JSON.stringify(body), { status, headers })
}
