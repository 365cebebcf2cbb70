import { AppError, statusByCode, type ErrorCode } from '../../platform'

export interface ApiClient {
  /** The answer's body, parsed; throws the server's problem as AppError. */
  call<T>(method: string, path: string, body?: ApiBody): Promise<T>
}

export interface ApiBody {
  type: string
  text: string
}

export const jsonBody = (value: unknown): ApiBody => ({
  type: 'application/json',
  text: JSON.stringify(value),
})

interface Problem {
  title?: string
  detail?: string
  [extension: string]: unknown
}

const timeoutMs = 120_000

/** The REST API of a running Parallax. */
export function openApi(
  url: string,
  token: string | null,
  headers: Readonly<Record<string, string>> = {},
): ApiClient {
  return {
    async call<T>(method: string, path: string, body?: ApiBody): Promise<T> {
      const target = new URL(path, url)
      const response = await fetch(target, {
        method,
        headers: {
          accept: 'application/json',
          ...headers,
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': body.type }),
        },
        ...(body === undefined ? {} : { body: body.text }),
        signal: AbortSignal.timeout(timeoutMs),
      }).catch((error: unknown) => {
        throw new AppError(
          'unavailable',
          `Reaching Parallax at ${target.origin} failed: ${reason(error)}. Start it (npm start), or name another with --url.`,
          { cause: error },
        )
      })
      const text = await response.text()
      if (!response.ok) throw problemOf(response, text, `${method} ${target.pathname}`)
      return (text === '' ? null : parse(text)) as T
    },
  }
}

function problemOf(response: Response, text: string, what: string): AppError {
  const problem = (parse(text) ?? {}) as Problem
  const retryAfterS = Number(response.headers.get('retry-after') ?? Number.NaN)
  const message =
    problem.detail ?? problem.title ?? `${what} failed: the server answered ${response.status}. See its log.`
  return new AppError(codeOf(response.status), message, {
    details: problem,
    ...(Number.isFinite(retryAfterS) ? { retryAfterS } : {}),
  })
}

function codeOf(status: number): ErrorCode {
  const known = Object.entries(statusByCode).find(([, of]) => of === status)
  return (known?.[0] ?? 'internal') as ErrorCode
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

// fetch hides why it failed one level down.
function reason(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message: string }
  return cause?.code ?? cause?.message ?? message
}
