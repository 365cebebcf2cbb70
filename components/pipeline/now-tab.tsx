'use client'
import { formatDuration } from '@/components/format'
import { isOld } from '@/components/live'
import type { Liveness, PipelineFeed } from '@/components/live'
import { QuietGlyph } from '@/components/ui'
import { useZone } from '@/components/view'
import type { ApiRange } from '@/components/view'
import type { MeasureInfo, PipelineInfo, PipelineStatus } from '@/server/api'
import { FigureStrip } from './figure-strip'
import { ProducersPanel } from './producers-panel'
import { SampleNote } from './sample-note'
import { SeriesPanel } from './series-panel'
import { StatusPanel } from './status-panel'
import { TopKeysPanel } from './top-keys-panel'
import { VersionsPanel } from './versions-panel'

/** What counts as equal when the definition's own tolerance is not known. */
const tolerance = 0.001

interface NowTabProps {
  name: string
  info: PipelineInfo | null
  status: PipelineStatus | null
  feed: PipelineFeed
  measure: MeasureInfo | null
  range: ApiRange
  state: Liveness
  now: number
  onBackfill: () => void
}

export function NowTab({ name, info, status, feed, measure, range, state, now, onBackfill }: NowTabProps) {
  const [zone] = useZone()
  const stale = feed.series !== null && isOld(state)
  return (
    <>
      {info?.tags.sample === 'true' ? <SampleNote /> : null}
      {stale || (state === 'down' && feed.watch.error) ? <StaleNote feed={feed} now={now} /> : null}
      <FigureStrip
        info={{ batchEveryMs: info?.batchEveryMs ?? 0 }}
        status={info ? status : null}
        old={isOld(state)}
        zone={zone}
        now={now}
      />
      <div className="grid12">
        <div className="span-8 stack">
          <SeriesPanel
            series={feed.series}
            seriesMeasure={feed.seriesMeasure}
            measures={info?.measures ?? []}
            measure={measure}
            range={range}
            keys={feed.topKeys?.keys.map((k) => k.key) ?? []}
            tolerance={tolerance}
            stale={stale}
            changing={feed.changing}
          />
          <TopKeysPanel
            topKeys={feed.topKeys}
            measure={measure}
            tolerance={tolerance}
            now={now}
            stale={stale}
          />
        </div>
        <div className="span-4 stack">
          <VersionsPanel
            name={name}
            publication={status?.publication ?? null}
            shadow={status?.shadow ?? null}
            zone={zone}
            now={now}
            onBackfill={onBackfill}
          />
          <ProducersPanel name={name} now={now} />
          <StatusPanel status={status} zone={zone} now={now} stale={stale} />
        </div>
      </div>
    </>
  )
}

function StaleNote({ feed, now }: { feed: PipelineFeed; now: number }) {
  const { lastAt, error } = feed.watch
  return (
    <div className="banner" data-status="warn" role="status">
      <QuietGlyph status="warn" />
      <p>
        <b className="font-medium text-text-1">
          {lastAt === null ? 'No live figures' : `These figures are ${formatDuration(now - lastAt)} old.`}
        </b>{' '}
        {error ?? 'The live connection is down.'} It is tried again by itself.
      </p>
    </div>
  )
}
