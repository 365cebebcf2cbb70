import { formatDuration, formatRange, formatShare, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import type { PipelineLateness } from '@/server/api'

interface SpellsProps {
  pipeline: PipelineLateness
  from: number
  to: number
  zone: Zone
  now: number
}

/** When a pipeline was late, to scale: a spell is as wide as it lasted; one that goes on reaches the edge. */
export function Spells({ pipeline, from, to, zone, now }: SpellsProps) {
  const { name, spells, lateMs, isLate, ageMs } = pipeline
  const share = (at: number) => ((Math.min(Math.max(at, from), to) - from) / (to - from)) * 100
  const says =
    spells.length === 0
      ? `${name}: no late minute`
      : `${name}: ${plural(spells.length, 'spell')}, late for ${formatDuration(lateMs)} in all`
  return (
    <span className="lane-track-line" role="img" aria-label={says} title={says}>
      {spells.map((spell) => (
        <i
          key={spell.from}
          data-status={spell.good / spell.total < 0.5 ? 'bad' : 'warn'}
          style={{ left: `${share(spell.from)}%`, width: `${share(spell.to) - share(spell.from)}%` }}
          title={`${formatRange(spell.from, spell.to, zone, now)}: ${formatShare(spell.good / spell.total)} % of reads fresh`}
        />
      ))}
      {isLate ? (
        <i
          data-status={ageMs > 60_000 ? 'bad' : 'warn'}
          style={{ left: `${share(to - ageMs)}%`, width: `${100 - share(to - ageMs)}%` }}
        />
      ) : null}
    </span>
  )
}
