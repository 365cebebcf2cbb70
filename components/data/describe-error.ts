import { TRPCClientError } from '@trpc/client'
import type { AppRouter } from '@/server/api'

export interface DescribedError {
  message: string
  /** Our own error code; `offline` when no answer came. */
  code: string
  details: Record<string, unknown>
}

/** What failed, in words for a person: the server's own message, or that it did not answer. */
export function describeError(error: unknown): DescribedError {
  if (!(error instanceof TRPCClientError))
    return { code: 'internal', message: error instanceof Error ? error.message : String(error), details: {} }
  const { data } = error as TRPCClientError<AppRouter>
  if (!data)
    return {
      code: 'offline',
      message: 'Parallax did not answer: it may be restarting.',
      details: {},
    }
  return {
    code: data.appCode ?? data.code.toLowerCase(),
    message: error.message,
    details: data.details ?? {},
  }
}
