import type { ReactNode } from 'react'
import {
  formatBytes,
  formatCompact,
  formatCount,
  formatDuration,
  formatNear,
  plural,
} from '@/components/format'
import type { Zone } from '@/components/format'
import { Glyph, Panel, QuietGlyph, SkeletonRows } from '@/components/ui'
import type { PipelineStatus } from '@/server/api'

interface StatusPanelProps {
  status: PipelineStatus | null
  zone: Zone
  now: number
  stale: boolean
}

/** Where the layers stand, in figures and in what a power cut could cost. */
export function StatusPanel({ status, zone, now, stale }: StatusPanelProps) {
  if (!status)
    return (
      <Panel title="Status">
        <SkeletonRows rows={8} widths={[80, 110]} />
      </Panel>
    )
  const { lag, archive, workers, durability, counters } = status
  const alive = workers.filter((worker) => worker.alive)
  const seqs = status.position.map((p) => p.seq)
  return (
    <Panel
      title="Status"
      sub={status.reasons.length === 0 ? 'nothing needs a person' : undefined}
      stale={stale}
    >
      {status.reasons.length > 0 ? (
        <ul className="border-t border-line-faint px-4 py-2">
          {status.reasons.map((reason) => (
            <li key={reason} className="flex gap-2 py-0.5">
              <span className="pt-px">
                <QuietGlyph status={status.health} />
              </span>
              {reason}
            </li>
          ))}
        </ul>
      ) : null}
      <dl className="kv border-t border-line-faint px-4 py-3">
        <Row name="Watermark">
          {status.watermark === null ? 'none yet' : formatNear(status.watermark, zone, now, 'second')}
        </Row>
        <Row name="Behind">
          {lag.events === 0
            ? 'nothing'
            : `${formatCount(lag.events)} events, ${formatDuration(lag.seconds * 1_000)}`}
        </Row>
        <Row name="Caught up">{catchUp(status, now)}</Row>
        <Row name="Epoch">
          {formatCount(status.epoch)}, publication {formatCount(status.publication)}
        </Row>
        <Row name="Position">
          <span className="mono" title={seqs.join(', ')}>
            {seqs.length === 0 ? 'none' : `seq ${formatCount(Math.max(...seqs))}`}
          </span>
        </Row>
        <Row name="Read so far">
          {formatCompact(counters.events)} events, {formatCompact(counters.accepted)} counted
        </Row>
        <Row name="Archive">{archiveText(status)}</Row>
        <Row name="Holds">
          {formatCompact(archive.rows)} events, {formatBytes(archive.bytes)}
        </Row>
        <Row name="Oldest in the log">
          {status.timeToDataLossS === null
            ? 'no loss ahead'
            : `lost in ${formatDuration(status.timeToDataLossS * 1_000)} if not archived`}
        </Row>
      </dl>
      <div className="border-t border-line-faint px-4 py-2.5">
        <div className="mb-1 font-medium">
          {alive.length === workers.length
            ? plural(workers.length, 'worker')
            : `${alive.length} of ${plural(workers.length, 'worker')}`}
        </div>
        <ul className="text-small">
          {workers.map((worker) => (
            <li key={worker.id} className="flex items-center gap-2 py-0.5">
              <Glyph status={worker.alive ? 'ok' : 'bad'} label={worker.alive ? 'Alive' : 'No heartbeat'} />
              <span className="text-text-2">{worker.role}</span>
              <span className="mono truncate text-text-3">{worker.id}</span>
              <span className="ml-auto whitespace-nowrap text-text-3">
                {worker.alive
                  ? `up ${formatDuration(now - worker.startedAt)}`
                  : `silent ${formatDuration(now - worker.heartbeatAt)}`}
              </span>
            </li>
          ))}
        </ul>
      </div>
      <p className="panel-foot">
        {durability.log.says} {durability.store.says}
      </p>
    </Panel>
  )
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

function catchUp({ lag, catchUpEta }: PipelineStatus, now: number): string {
  if (lag.messages === 0) return 'yes'
  return catchUpEta === null ? 'not at this rate' : `in ${formatDuration(Math.max(0, catchUpEta - now))}`
}

function archiveText({ archive }: PipelineStatus): string {
  if (archive.seq === null) return 'not written yet'
  return archive.lagMessages === 0
    ? 'up to the newest event'
    : `${plural(archive.lagMessages, 'message')} behind`
}
