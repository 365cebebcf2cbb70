import {
  formatCount,
  formatDuration,
  formatMeasure,
  formatNear,
  formatPercent,
  plural,
} from '@/components/format'
import type { Zone } from '@/components/format'
import { CountFigure, QuietGlyph, StripFigure, StripSkeleton } from '@/components/ui'
import type { DivergenceSummary } from '@/server/api'
import { percentText } from './cell-words'

interface SummaryStripProps {
  summary: DivergenceSummary | null
  /** The figures are not confirmed any more: none is called good. */
  old: boolean
  zone: Zone
  now: number
}

/** Under this many cells a share would say more than is known. */
const fewCells = 100

/** The figures of the range, of the same cells as the map below. */
export function SummaryStrip({ summary, old, zone, now }: SummaryStripProps) {
  if (!summary) return <StripSkeleton labels={labels} />
  const { compared, beyond, tolerance, largest, drifting, awaiting, open } = summary
  const within = `Beyond ${percentText(tolerance)} %`
  const glyph = (isGood: boolean) => (old || compared.cells === 0 ? 'unknown' : isGood ? 'ok' : 'bad')
  return (
    <dl className="strip">
      <StripFigure
        label="Cells compared"
        note={
          compared.cells === 0
            ? 'no version of these windows yet'
            : `${plural(compared.keys, 'key')}, ${plural(compared.windows, 'window')} of ${formatDuration(summary.windowSizeMs)}`
        }
      >
        <CountFigure n={compared.cells} unit="" />
      </StripFigure>
      <StripFigure label={within} note={openNote(open)}>
        <QuietGlyph status={glyph(beyond === 0)} />
        {formatCount(beyond)}
        {compared.cells >= fewCells ? (
          <span className="unit">{formatPercent(beyond / compared.cells)} %</span>
        ) : null}
      </StripFigure>
      <StripFigure
        label="Largest"
        note={
          largest
            ? `${largest.key === '' ? '(empty)' : largest.key} ${formatNear(largest.windowStart, zone, now, 'second')}, served ${largest.speed === null ? 'nothing' : formatMeasure(largest.speed)} of ${formatMeasure(largest.batch)}`
            : 'no difference'
        }
      >
        {largest ? (
          <>
            {formatPercent(largest.relative)}
            <span className="unit">%</span>
          </>
        ) : (
          <span className="font-normal text-text-3">none</span>
        )}
      </StripFigure>
      <StripFigure
        label="Unexplained (drift)"
        note={drifting > 0 ? 'needs a person' : 'every difference has a cause'}
      >
        <QuietGlyph status={glyph(drifting === 0)} />
        {formatCount(drifting)}
      </StripFigure>
      <StripFigure label="Awaiting batch" note={nextRunNote(summary.nextRunAt, zone, now)}>
        <CountFigure n={awaiting.cells} unit={awaiting.isMore ? 'cells or more' : 'cells'} />
      </StripFigure>
    </dl>
  )
}

function openNote(open: number): string {
  return open === 0 ? 'all of them corrected since' : `${formatCount(open)} differing still served`
}

function nextRunNote(at: number | null, zone: Zone, now: number): string {
  if (at === null) return 'no scheduled run'
  if (at <= now) return 'a run is due'
  return `next run ${formatNear(at, zone, now)}, in ${formatDuration(at - now)}`
}

const labels = ['Cells compared', 'Beyond tolerance', 'Largest', 'Unexplained (drift)', 'Awaiting batch']
