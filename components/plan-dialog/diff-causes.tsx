import { formatSigned, measureNumber } from '@/components/format'
import { causes, Mark } from '@/components/ui'
import type { PreviewDiff } from '@/server/api'

/** Why the answers differ now: what each cause adds to or takes from what is served. */
export function DiffCauses({ diff, measure }: { diff: PreviewDiff; measure: string }) {
  const found = diff.causes[measure] ?? {}
  const told = causes.flatMap((cause) => {
    const amount = measureNumber(found[cause] ?? null) ?? 0
    return amount === 0 ? [] : [{ cause, amount }]
  })
  if (told.length === 0) return null
  return (
    <p className="mt-2 flex flex-wrap items-center gap-x-3.5 gap-y-1 text-small">
      <span className="text-text-3">Why {measure} differs now</span>
      {told.map(({ cause, amount }) => (
        <span key={cause} className="inline-flex items-center gap-1 text-text-2">
          <Mark cause={cause} hidden /> {cause} {formatSigned(amount)}
        </span>
      ))}
    </p>
  )
}
