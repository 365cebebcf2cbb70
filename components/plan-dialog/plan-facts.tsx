'use client'
import { BookOpen, Grid3x3, Info, Radio, Target } from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import { formatCount, plural, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import { QuietGlyph } from '@/components/ui'
import type { PlanView } from '@/server/api'
import { conflictsOf } from './conflicts'
import { PlanCost } from './plan-cost'

interface PlanFactsProps {
  plan: PlanView
  zone: Zone
  now: number
}

/** The right side of a plan: what it touches, what it costs, what stands in its way. */
export function PlanFacts({ plan, zone, now }: PlanFactsProps) {
  const { jobs } = useConsoleFeed()
  const { notes } = plan
  const conflicts = conflictsOf(plan, jobs ?? [], zone, now)
  return (
    <>
      <Touched plan={plan} />
      <PlanCost plan={plan} />
      {conflicts.length > 0 ? (
        <>
          <div className="rule" />
          <h3 className="dialog-heading">Conflicts</h3>
          {conflicts.map(({ id, what, then }) => (
            <Warning key={id} note={then}>
              {what}
            </Warning>
          ))}
        </>
      ) : null}
      {notes.length > 0 ? (
        <>
          <div className="rule" />
          <h3 className="dialog-heading">To know</h3>
          {notes.map((note) => (
            <Fact key={note} icon={Info}>
              {withInstants(note, zone, now)}
            </Fact>
          ))}
        </>
      ) : null}
    </>
  )
}

function Touched({ plan: { blastRadius, expected, preview } }: { plan: PlanView }) {
  const { windows, keys, cells, consumers, objectives } = blastRadius
  const corrections = preview?.diff ? preview.diff.changed : null
  return (
    <>
      <h3 className="dialog-heading">What it touches</h3>
      {windows > 0 || cells > 0 ? (
        <Fact icon={Grid3x3}>
          {[
            ...(windows > 0 ? [`${plural(windows, 'window')} with data`] : []),
            ...(keys ? [plural(keys, 'key')] : []),
            plural(cells, 'cell'),
          ].join(', ')}
        </Fact>
      ) : (
        <Fact icon={Grid3x3}>No served cell changes with it</Fact>
      )}
      {consumers.length > 0 ? (
        <Fact icon={Radio} note={consumers.join(', ')}>
          {plural(consumers.length, 'consumer')}
          {corrections === null
            ? ' of its corrections'
            : ` ${consumers.length === 1 ? 'gets' : 'get'} ${plural(corrections, 'correction')}`}
        </Fact>
      ) : corrections !== null && corrections > 0 ? (
        <Fact icon={Radio}>{plural(corrections, 'correction')}, no durable consumer</Fact>
      ) : null}
      {objectives.length > 0 ? (
        <Fact icon={Target} note={objectives.join(', ')}>
          {plural(objectives.length, 'objective')}
        </Fact>
      ) : null}
      <Fact icon={BookOpen} note="anything newer refuses the plan">
        Definition v{formatCount(expected.definitionVersion)}, publication {formatCount(expected.publication)}
      </Fact>
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

function Warning({ note, children }: { note?: string; children: React.ReactNode }) {
  return (
    <div className="fact">
      <span className="pt-px">
        <QuietGlyph status="warn" />
      </span>
      <span>
        {children}
        {note ? <span className="block text-small text-text-3">{note}</span> : null}
      </span>
    </div>
  )
}
