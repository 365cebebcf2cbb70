const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** A whole number above 0, with thousands apart or not; null: the field is empty. */
export function readCells(text: string): number | null | 'invalid' {
  const bare = text.trim().replaceAll(/[\s,]/g, '')
  if (bare === '') return null
  return /^[1-9]\d{0,14}$/.test(bare) ? Number(bare) : 'invalid'
}

/** A size with its unit in powers of 1000, as sizes are shown: "2 GB"; without one it is bytes. */
export function readBytes(text: string): number | null | 'invalid' {
  const bare = text.trim()
  if (bare === '') return null
  const [, digits, unit = 'B'] = /^(\d{1,15}(?:[.]\d{1,6})?)\s*([kmgt]?b)?$/i.exec(bare) ?? []
  if (digits === undefined) return 'invalid'
  const power = units.findIndex((name) => name.toLowerCase() === unit.toLowerCase())
  const bytes = Math.round(Number(digits) * 1000 ** power)
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : 'invalid'
}

/** Reads back as the same number. */
export function writeBytes(bytes: number | null): string {
  if (bytes === null) return ''
  let power = 0
  while (power < units.length - 1 && bytes % 1000 ** (power + 1) === 0) power++
  return `${bytes / 1000 ** power} ${units[power] ?? 'B'}`
}
