import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { ObjectiveTable, objectivesCsv } from '@/components/objectives'
import { Note, Panel, PanelMenu } from '@/components/ui'
import { keepView } from '@/components/view'
import type { Overview } from '@/server/api'
import { objectivesHeading } from './sentences'

interface ObjectivesPanelProps {
  overview: Overview
  now: number
  isStale: boolean
}

/** Who has to answer for what: objectives with the least budget left, with their owners. */
export function ObjectivesPanel({ overview, now, isStale }: ObjectivesPanelProps) {
  const { objectives } = overview
  const params = useSearchParams()
  return (
    <Panel
      title="Objectives"
      stale={isStale}
      sub={objectivesHeading(overview)}
      actions={
        <>
          <Link className="link px-2 text-small" href={keepView('/objectives', params)}>
            All
          </Link>
          <PanelMenu name="overview-objectives" csv={() => objectivesCsv(objectives.worst)} />
        </>
      }
    >
      {objectives.worst.length === 0 ? (
        <Note kind="empty" title="No objective yet">
          Every pipeline gets its objectives with its definition. Apply one, and they show here within
          seconds.
        </Note>
      ) : (
        <ObjectiveTable objectives={objectives.worst} now={now} />
      )}
    </Panel>
  )
}
