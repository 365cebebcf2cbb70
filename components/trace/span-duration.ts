import { formatDuration, formatNumber } from '@/components/format'

/** As formatDuration, but with what counts below a tenth of a second: 420 µs, 4.2 ms, 412 ms. */
export function formatSpan(ms: number): string {
  if (ms <= 0) return '0 ms'
  if (ms < 1) return `${Math.max(1, Math.round(ms * 1_000))} µs`
  return ms < 1_000 ? `${formatNumber(ms, ms < 10 ? 2 : 3)} ms` : formatDuration(ms)
}
