import { AppError, type ErrorCode } from '../platform'
import type { JobRun } from './job-run'

/** Trying again cannot help: the request itself no longer makes sense. */
const finalCodes = new Set<ErrorCode>(['bad_request', 'not_found', 'gone', 'unprocessable'])

/**
 * Whether a run that did not reach its end has another attempt before it, here or elsewhere: what it has staged is
 * kept for that. A run that was lost is the other worker's.
 */
export function goesOn({ stopped, job }: Pick<JobRun, 'stopped' | 'job'>, error: unknown): boolean {
  if (stopped !== null) return stopped !== 'cancelled'
  return job.attempts < job.maxAttempts && !(error instanceof AppError && finalCodes.has(error.code))
}
