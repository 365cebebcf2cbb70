const mostDigits = 4

/**
 * A share near the whole as per cent: two digits of what is missing (99.73, 99.996), never rounded up to 100; below
 * 90 one digit after the point.
 */
export function formatShare(share: number): string {
  const percent = share * 100
  if (percent >= 100) return '100'
  if (percent <= 0) return '0'
  const missing = 100 - percent
  const digits = percent < 90 ? 1 : Math.min(mostDigits, Math.max(1, 1 - Math.floor(Math.log10(missing))))
  const scale = 10 ** digits
  // The tiny addend keeps 0.999 from becoming 99.89.
  return (Math.floor(percent * scale + 1e-6) / scale).toFixed(digits).replace(/\.?0+$/, '')
}
