import { formatMeasure } from '@/components/format'
import type { Completeness } from '@/server/api'
import { Mark } from './mark'

interface ServedValueProps {
  value: number | string | null | undefined
  completeness: Completeness
  /** The missing part, when partial. */
  hole?: string | null
}

const says: Record<Completeness, string> = {
  complete: 'complete: batch has confirmed it',
  provisional: 'provisional: speed, not yet confirmed by batch',
  partial: 'partial: a part of the log is missing',
  unavailable: 'no value: the version that should answer is gone',
}

/** One number and how it may be trusted: plain, dotted, or dotted with the hole's mark. Never a 0 for nothing. */
export function ServedValue({ value, completeness, hole }: ServedValueProps) {
  if (value === null || value === undefined || completeness === 'unavailable')
    return (
      <span className="text-text-3" title={completeness === 'unavailable' ? says.unavailable : undefined}>
        no value
      </span>
    )
  const text = formatMeasure(value)
  if (completeness === 'complete') return <span title={says.complete}>{text}</span>
  if (completeness === 'provisional')
    return (
      <span className="value-provisional" title={says.provisional}>
        {text}
      </span>
    )
  return (
    <span title={hole ? `partial: without ${hole}` : says.partial}>
      <span className="value-partial">{text}</span> <Mark cause="hole" />
    </span>
  )
}
