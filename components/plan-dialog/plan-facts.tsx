import { BookOpen, Grid3x3, HardDrive, Radio, Target, Timer } from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import {
  formatBytes,
  formatCompact,
  formatCount,
  formatDuration,
  plural,
  withInstants,
} from '@/components/format'
import type { Zone } from '@/components/format'
import { QuietGlyph } from '@/components/ui'
import type { PlanView } from '@/server/api'

/** The right side of a plan: what it touches, what it costs, what to know. */
export function PlanFacts({ plan, zone, now }: { plan: PlanView; zone: Zone; now: number }) {
  const { blastRadius, estimate, notes, expected } = plan
  const keys = blastRadius.keys === null ? '' : `${plural(blastRadius.keys, 'key')}, `
  return (
    <>
      <h3 className="dialog-heading">What it touches</h3>
      <Fact icon={Grid3x3}>
        {plural(blastRadius.windows, 'window')} with data, {keys}
        {plural(blastRadius.cells, 'cell')}
      </Fact>
      {blastRadius.consumers.length > 0 ? (
        <Fact icon={Radio} note={blastRadius.consumers.join(', ')}>
          {plural(blastRadius.consumers.length, 'consumer')}
        </Fact>
      ) : null}
      {blastRadius.objectives.length > 0 ? (
        <Fact icon={Target} note={blastRadius.objectives.join(', ')}>
          {plural(blastRadius.objectives.length, 'objective')}
        </Fact>
      ) : null}
      <Fact icon={BookOpen} note="anything newer refuses the plan">
        Definition v{formatCount(expected.definitionVersion)}, publication {formatCount(expected.publication)}
      </Fact>
      <div className="rule" />
      <h3 className="dialog-heading">What it costs</h3>
      <Fact icon={Timer} note={estimate.basis}>
        About {formatDuration(estimate.seconds * 1000)}
      </Fact>
      {estimate.bytes > 0 || estimate.events > 0 ? (
        <Fact icon={HardDrive}>
          Reads {formatBytes(estimate.bytes)}, {formatCompact(estimate.events)} events
        </Fact>
      ) : null}
      {notes.length > 0 ? (
        <>
          <div className="rule" />
          <h3 className="dialog-heading">To know</h3>
          {notes.map((note) => (
            <div key={note} className="fact">
              <span className="pt-px">
                <QuietGlyph status="warn" />
              </span>
              <span>{withInstants(note, zone, now)}</span>
            </div>
          ))}
        </>
      ) : null}
    </>
  )
}

function Fact({
  icon: Icon,
  note,
  children,
}: {
  icon: LucideIcon
  note?: string
  children: React.ReactNode
}) {
  return (
    <div className="fact">
      <Icon className="icon" aria-hidden="true" />
      <span>
        {children}
        {note ? <span className="block text-small text-text-3">{note}</span> : null}
      </span>
    </div>
  )
}
