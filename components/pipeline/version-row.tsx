import { formatBytes, formatCompact, formatCount, formatNear, formatRange } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Glyph } from '@/components/ui'
import type { Status } from '@/components/ui'
import type { VersionView } from '@/server/api'

interface VersionRowProps {
  version: VersionView
  zone: Zone
  now: number
  refusal: string | null
  onRollBack: () => void
}

export function VersionRow({ version, zone, now, refusal, onRollBack }: VersionRowProps) {
  const { status, word } = stateOf(version)
  const canReturn = version.state === 'published' && !version.active
  return (
    <li className="version-row">
      <Glyph status={status} label={word} />
      <span className="min-w-0 truncate">
        <span className="font-medium">v{formatCount(version.number)}</span>{' '}
        <span className="text-text-2">{word}</span>{' '}
        <span className="text-small text-text-3">{formatRange(version.from, version.to, zone, now)}</span>
      </span>
      <span className="row-span-2">
        {canReturn ? (
          <Button
            size="small"
            off={refusal}
            onClick={onRollBack}
            aria-label={`Roll back to v${version.number}`}
          >
            Roll back…
          </Button>
        ) : null}
      </span>
      <span />
      <span className="truncate text-small text-text-3" title={detail(version)}>
        epoch {formatCount(version.epoch)}
        {version.publishedAt === null ? '' : ` · published ${formatNear(version.publishedAt, zone, now)}`}
        {version.reason ? ` · ${version.reason}` : ''}
      </span>
    </li>
  )
}

function stateOf({ state, active, activeRanges, from, to }: VersionView): { status: Status; word: string } {
  if (active) {
    const served = activeRanges.reduce((sum, range) => sum + range.to - range.from, 0)
    return { status: 'ok', word: served < to - from ? 'serving a part of' : 'serving' }
  }
  if (state === 'published') return { status: 'unknown', word: 'kept' }
  const words = { staging: 'being made', staged: 'staged, serves nobody', discarded: 'discarded' }
  return { status: 'unknown', word: words[state] }
}

function detail({ rows, events, bytes, digest, createdBy, cut }: VersionView): string {
  const parts = [
    `${formatCount(rows)} cells from ${formatCompact(events)} events, ${formatBytes(bytes)} read`,
    `cut at seq ${cut.map(formatCount).join(' / ')}`,
    `by ${createdBy}`,
  ]
  return digest ? [...parts, `digest ${digest.slice(0, 16)}`].join('\n') : parts.join('\n')
}
