'use client'
import { FileUp, Plus } from 'lucide-react'
import { useRouter, useSearchParams } from 'next/navigation'
import { useCallback, useState } from 'react'
import { useRefusal } from '@/components/account'
import { formatDuration, plural } from '@/components/format'
import { isOld, liveness } from '@/components/live'
import { FilterField, useListKeys } from '@/components/pipelines'
import { PageHead } from '@/components/shell'
import { Button, Failed, Note, Panel, PanelMenu, SkeletonRows } from '@/components/ui'
import { useNow } from '@/components/view'
import { ImportDialog } from './import-dialog'
import { matches } from './matches'
import { ObjectiveEditor } from './objective-editor'
import { ObjectiveFilters } from './objective-filters'
import { ObjectiveTable, objectiveHref } from './objective-table'
import { objectivesCsv } from './objectives-csv'
import { useObjectiveSearch } from './use-objective-search'
import { useObjectives } from './use-objectives'

const pageRows = 100

/** All objectives, the one with the least budget left first. */
export function ObjectivesScreen() {
  const { objectives, watch } = useObjectives()
  const search = useObjectiveSearch()
  const now = useNow(1_000)
  const router = useRouter()
  const params = useSearchParams()
  const refusal = useRefusal('change objectives')
  const [rows, setRows] = useState(pageRows)
  const [dialog, setDialog] = useState<'new' | 'import' | null>(null)
  const found = objectives?.filter((objective) => matches(objective, search.filter)) ?? []
  const shown = found.slice(0, rows)
  const ids = shown.map(({ id }) => id).join('\n')
  const open = useCallback(
    (index: number) => {
      const id = ids.split('\n')[index]
      if (id) router.push(objectiveHref(id, params))
    },
    [ids, params, router],
  )
  const { current } = useListKeys(shown.length, open)
  const stale = objectives !== null && isOld(liveness(watch.state, watch.lastAt, now))
  return (
    <>
      <PageHead
        title="Objectives"
        forWhom="For operators and owners: what was promised, how much of the error budget is left, and how fast it goes. Worst budget first."
        actions={
          <>
            <FilterField
              label="Filter objectives"
              placeholder="Filter by name, owner, label"
              value={search.filter.text}
              onChange={search.setText}
            />
            <Button off={refusal} onClick={() => setDialog('import')}>
              <FileUp className="icon" aria-hidden="true" />
              Import OpenSLO…
            </Button>
            <Button variant="primary" off={refusal} onClick={() => setDialog('new')}>
              <Plus className="icon" aria-hidden="true" />
              New objective…
            </Button>
          </>
        }
      />
      {objectives && objectives.length > 0 ? (
        <ObjectiveFilters objectives={objectives} search={search} />
      ) : null}
      <Panel
        title="All objectives"
        stale={stale}
        sub={
          objectives
            ? `${search.isFiltered ? `${found.length} of ` : ''}${plural(objectives.length, 'objective')}, worst budget first${
                stale && watch.lastAt !== null ? `, ${formatDuration(now - watch.lastAt)} old` : ''
              }`
            : 'worst budget first'
        }
        actions={
          objectives && objectives.length > 0 ? (
            <PanelMenu name="objectives" csv={() => objectivesCsv(found)} />
          ) : null
        }
      >
        {body()}
      </Panel>
      {dialog === 'new' ? <ObjectiveEditor view={null} onClose={() => setDialog(null)} /> : null}
      {dialog === 'import' ? <ImportDialog onClose={() => setDialog(null)} /> : null}
    </>
  )

  function body() {
    if (!objectives)
      return watch.error ? (
        <Failed title="The objectives did not load" message={`${watch.error} It is tried again by itself.`} />
      ) : (
        <SkeletonRows rows={8} widths={[240, 90, 100, 70, 60]} />
      )
    if (objectives.length === 0)
      return (
        <Note kind="empty" title="No objective yet">
          Each pipeline gets its objectives with its definition, within seconds. Apply one, or import OpenSLO
          documents.
        </Note>
      )
    if (found.length === 0)
      return (
        <Note
          kind="filtered"
          title="No objective matches this filter"
          action={
            <Button size="small" onClick={search.clear}>
              Clear filter
            </Button>
          }
        >
          {plural(objectives.length, 'objective is', 'objectives are')} hidden by it.
        </Note>
      )
    return (
      <>
        <ObjectiveTable objectives={shown} now={now} current={current} onOpen={open} />
        {found.length > shown.length ? (
          <div className="panel-foot">
            <Button size="small" onClick={() => setRows((before) => before + pageRows)}>
              Show {Math.min(pageRows, found.length - shown.length)} more
            </Button>
            <span className="self-center">
              {plural(found.length - shown.length, 'objective')} with more budget left
            </span>
          </div>
        ) : null}
      </>
    )
  }
}
