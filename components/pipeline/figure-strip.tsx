import { formatCount, formatDuration, formatNear, formatPercent } from '@/components/format'
import type { Zone } from '@/components/format'
import { runStatus } from '@/components/pipelines/last-run'
import { CountFigure, DurationFigure, Mark, QuietGlyph, StripFigure, StripSkeleton } from '@/components/ui'
import type { Status } from '@/components/ui'
import type { PipelineInfo, PipelineStatus } from '@/server/api'

interface FigureStripProps {
  info: Pick<PipelineInfo, 'batchEveryMs'>
  status: PipelineStatus | null
  /** The figures are not confirmed any more: none is called good. */
  old: boolean
  zone: Zone
  now: number
}

/** The figures a person asks for first, without boxes. */
export function FigureStrip({ info, status, old, zone, now }: FigureStripProps) {
  if (!status) return <StripSkeleton labels={labels} />
  const { lag, counters, lastRun, boundary, watermark } = status
  const ahead = status.position.filter((p) => p.watermark !== null && p.watermark !== watermark).length
  return (
    <dl className="strip">
      <StripFigure
        label="Fresh"
        note={lag.seconds > 0 ? 'oldest event not counted' : 'every event is counted'}
      >
        <QuietGlyph status={old ? 'unknown' : lagStatus(lag.seconds)} />
        {lag.seconds > 0 ? <DurationFigure ms={lag.seconds * 1_000} /> : 'current'}
      </StripFigure>
      <StripFigure
        label="Watermark"
        note={ahead > 0 ? `slowest of ${status.position.length} partitions` : 'windows before it are closed'}
      >
        {watermark === null ? <None text="none yet" /> : formatNear(watermark, zone, now, 'second')}
      </StripFigure>
      <StripFigure
        label="Boundary"
        note={boundary === null ? 'no batch version yet' : 'batch before, speed after'}
      >
        {boundary === null ? <None text="none yet" /> : formatNear(boundary, zone, now, 'second')}
      </StripFigure>
      <StripFigure label="Waiting" note={waitingNote(status, now)}>
        <CountFigure n={lag.events} unit="events" />
      </StripFigure>
      <StripFigure isWide label="Late, duplicate, invalid" note={`of ${formatCount(counters.events)} events`}>
        <Cause cause="late" n={counters.late} of={counters.events} />
        <Cause cause="duplicate" n={counters.duplicate} of={counters.events} />
        <Cause cause="invalid" n={counters.invalid} of={counters.events} />
      </StripFigure>
      <StripFigure label="Last batch" note={`every ${formatDuration(info.batchEveryMs)}`}>
        {lastRun ? (
          <>
            <QuietGlyph status={runStatus(lastRun.status)} />
            <span title={lastRun.error ?? undefined}>{lastRun.status}</span>
            {lastRun.finishedAt === null ? null : (
              <span className="unit">{formatNear(lastRun.finishedAt, zone, now)}</span>
            )}
          </>
        ) : (
          <None text="none yet" />
        )}
      </StripFigure>
    </dl>
  )
}

function lagStatus(seconds: number): Status {
  if (seconds >= 60) return 'bad'
  return seconds >= 5 ? 'warn' : 'ok'
}

const None = ({ text }: { text: string }) => <span className="font-normal text-text-3">{text}</span>

function Cause({ cause, n, of }: { cause: 'late' | 'duplicate' | 'invalid'; n: number; of: number }) {
  const share = of >= 100 ? `, ${formatPercent(n / of)} %` : ''
  return (
    <span className="mr-1.5 inline-flex items-center gap-1.5" title={`${cause}: ${formatCount(n)}${share}`}>
      <Mark cause={cause} />
      {formatCount(n)}
    </span>
  )
}

function waitingNote({ lag, catchUpEta }: PipelineStatus, now: number): string {
  if (lag.events === 0) return 'nothing waits'
  if (catchUpEta === null) return 'not catching up'
  return `caught up in ${formatDuration(Math.max(0, catchUpEta - now))}`
}

const labels = ['Fresh', 'Watermark', 'Boundary', 'Waiting', 'Late, duplicate, invalid', 'Last batch']
