import type { Instant } from './types'

/** Start of the half-open window that holds `time`; floors towards the past before 1970 too. */
export function windowStartOf(time: Instant, windowSizeMs: number): Instant {
  return Math.floor(time / windowSizeMs) * windowSizeMs
}

/** SQL of `windowStartOf`: integer division truncates, so instants before 1970 need the second remainder. */
export function windowStartSql(timeSql: string, windowSizeMs: number): string {
  const size = `${windowSizeMs}::BIGINT`
  return `(${timeSql} - ((${timeSql} % ${size}) + ${size}) % ${size})`
}
