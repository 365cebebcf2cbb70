/** SQL of a window's start; integer division truncates, so instants before 1970 need the second remainder. */
export function windowStartSql(timeSql: string, windowSizeMs: number): string {
  const size = `${windowSizeMs}::BIGINT`
  return `(${timeSql} - ((${timeSql} % ${size}) + ${size}) % ${size})`
}
