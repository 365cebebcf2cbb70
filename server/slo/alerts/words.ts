/** Units for people, as in every sentence of an alert. */
export function span(seconds: number): string {
  if (seconds < 1) return 'less than a second'
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`
  return `${Math.round(seconds / 86_400)} days`
}

export const count = (value: number): string => Math.round(value).toLocaleString('en-US')

export const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`

export const plural = (value: number, word: string): string =>
  `${count(value)} ${word}${value === 1 ? '' : 's'}`
