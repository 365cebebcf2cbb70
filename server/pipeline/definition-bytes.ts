const units = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 } as const

/** Bytes of a size such as `50GB` (decimal units); null for any other text. */
export function parseBytes(text: string): number | null {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(B|kB|KB|MB|GB|TB|PB)$/.exec(text)
  if (match === null) return null
  const unit = match[2] === 'KB' ? 'kB' : (match[2] as keyof typeof units)
  return Math.round(Number(match[1]) * units[unit])
}

export function formatBytes(bytes: number): string {
  const names = Object.keys(units).reverse() as (keyof typeof units)[]
  const unit = names.find((name) => bytes >= units[name] && Number.isInteger(bytes / units[name])) ?? 'B'
  return `${Math.round(bytes / units[unit])}${unit}`
}
