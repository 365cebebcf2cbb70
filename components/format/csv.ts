type Field = string | number | null | undefined

/** RFC 4180; a missing value is an empty field, never a 0. */
export function csvRows(rows: Field[][]): string {
  return rows.map((row) => row.map(field).join(',')).join('\r\n') + '\r\n'
}

function field(value: Field): string {
  const text = value === null || value === undefined ? '' : String(value)
  // A leading =, +, - or @ of a text would run as a formula in a spreadsheet.
  const safe =
    typeof value === 'string' && /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
