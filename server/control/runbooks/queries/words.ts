/** Figures in the sentences that checks answer with. */
export const count = (n: number | null, one: string, many = `${one}s`): string =>
  n === null ? `an unknown number of ${many}` : `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`

export const seconds = (s: number | null): string => {
  if (s === null) return 'an unknown time'
  if (s < 120) return `${Math.round(s)} s`
  return s < 7_200 ? `${Math.round(s / 60)} min` : `${Math.round(s / 3_600)} h`
}

export const share = (part: number | null): string =>
  part === null ? 'an unknown share' : `${Number((part * 100).toPrecision(3))} %`

export const bytes = (n: number | null): string => {
  if (n === null) return 'unknown'
  if (n < 1e6) return `${Math.round(n / 1e3)} kB`
  return n < 1e9 ? `${Math.round(n / 1e6)} MB` : `${(n / 1e9).toFixed(1)} GB`
}
