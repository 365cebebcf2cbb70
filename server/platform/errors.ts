/** Every way a request can fail, with the HTTP status it maps to. */
export const statusByCode = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  too_many_requests: 429,
  internal: 500,
  unavailable: 503,
} as const

export type ErrorCode = keyof typeof statusByCode

interface AppErrorOptions {
  cause?: unknown
  /** Extension members of the problem+json document, e.g. `problems`, `changed`. */
  details?: Record<string, unknown>
  /** Seconds for Retry-After, with too_many_requests and unavailable. */
  retryAfterS?: number
}

/** The one error type that may reach a user: `message` says what was done, why it failed and what to do. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: Record<string, unknown> | undefined
  readonly retryAfterS: number | undefined

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.details = options.details
    this.retryAfterS = options.retryAfterS
  }
}
