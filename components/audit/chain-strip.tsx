import { formatCount, formatDuration, formatInstant } from '@/components/format'
import type { Zone } from '@/components/format'
import { CountFigure, QuietGlyph, StripFigure } from '@/components/ui'
import type { AuditVerification } from '@/server/api'
import { breakWord } from './audit-words'

interface ChainStripProps {
  /** Undefined: not known yet; null: never verified. */
  verification: AuditVerification | null | undefined
  /** Newest seq; null: not known yet. */
  head: number | null
  newestAt: number | null
  zone: Zone
  now: number
}

/** Is the chain whole, how much of it was read, when and by whom. */
export function ChainStrip({ verification, head, newestAt, zone, now }: ChainStripProps) {
  const since = verification && head !== null ? Math.max(0, head - verification.entries) : null
  return (
    <dl className="strip">
      <StripFigure label="Chain" note={stateNote(verification)} isWide>
        {state(verification)}
      </StripFigure>
      <StripFigure
        label="Entries"
        note={
          newestAt === null
            ? 'nothing written yet'
            : `newest ${formatDuration(Math.max(0, now - newestAt))} ago`
        }
      >
        {head === null ? <Waiting /> : <CountFigure n={head} unit="entries" />}
      </StripFigure>
      <StripFigure
        label="Read by it"
        note={since === null ? 'no verification yet' : `${formatCount(since)} written since`}
      >
        {verification ? <CountFigure n={verification.entries} unit="entries" /> : <span>–</span>}
      </StripFigure>
      <StripFigure
        label="Verified"
        note={
          verification ? `by ${verification.by}, ${formatInstant(verification.at, zone, 'full')}` : 'never'
        }
        isWide
      >
        {verification ? `${formatDuration(Math.max(0, now - verification.at))} ago` : <span>–</span>}
      </StripFigure>
    </dl>
  )
}

function state(verification: AuditVerification | null | undefined) {
  if (verification === undefined) return <Waiting />
  if (verification === null)
    return (
      <>
        <QuietGlyph status="unknown" />
        Not verified yet
      </>
    )
  if (verification.brokenAt !== null)
    return (
      <>
        <QuietGlyph status="bad" />
        Broken at {formatCount(verification.brokenAt)}
      </>
    )
  return (
    <>
      <QuietGlyph status="ok" />
      Whole
    </>
  )
}

function stateNote(verification: AuditVerification | null | undefined): string {
  if (!verification) return 'verifying reads every entry against its hash'
  if (verification.brokenAt !== null)
    return `entry ${formatCount(verification.brokenAt)} ${breakWord(verification.why)}`
  return 'every entry holds its hash and the one before'
}

const Waiting = () => <span className="skeleton my-1.5 w-16" />
