import { formatCount, formatDuration, plural } from '@/components/format'
import { Button, Note } from '@/components/ui'
import type { Cause } from '@/components/ui'
import type { DivergenceGrid } from '@/server/api'

/** What was left out so that the map stays readable; null: nothing. */
export function cutNote({ keys, totalKeys, stepMs, windowSizeMs }: DivergenceGrid): string | null {
  const parts = [
    stepMs > windowSizeMs
      ? `A column is ${formatDuration(stepMs)}: the largest error of its ${formatCount(stepMs / windowSizeMs)} windows.`
      : '',
    totalKeys > keys.length
      ? `${formatCount(keys.length)} of ${plural(totalKeys, 'key')} are shown: shorten the range to see more.`
      : '',
  ].filter(Boolean)
  return parts.length > 0 ? parts.join(' ') : null
}

/** Nothing was compared in the range. */
export function NothingCompared({ onLonger }: { onLonger: (() => void) | null }) {
  return (
    <Note
      kind="empty"
      title="Nothing compared in this range yet"
      action={
        onLonger ? (
          <Button size="small" onClick={onLonger}>
            Show the last 24 h
          </Button>
        ) : null
      }
    >
      When batch has recounted windows, what was served is compared with what it found, cell by cell. That
      happens with every run, and with every reconcile.
    </Note>
  )
}

interface AllAgreeProps {
  cause: Cause | null
  onAllCauses: () => void
  cells: number
}

/** Compared, and nothing differs; or the filter hides what does. */
export function AllAgree({ cause, onAllCauses, cells }: AllAgreeProps) {
  if (cause)
    return (
      <Note
        kind="filtered"
        title={`No difference through ${cause} in this range`}
        action={
          <Button size="small" onClick={onAllCauses}>
            Show all causes
          </Button>
        }
      >
        The filter hides what differs through other causes.
      </Note>
    )
  return (
    <Note kind="done" title={`All ${plural(cells, 'cell')} agree`}>
      What was served is what batch found, in every cell of this range that was compared.
    </Note>
  )
}
