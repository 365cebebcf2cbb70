'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { useOpenPlan } from '@/components/plan-dialog'
import { Button, Failed, Note, Panel, SkeletonRows } from '@/components/ui'
import type { PipelineStatus } from '@/server/api'
import { ShadowRow } from './shadow-row'
import { VersionRow } from './version-row'

const shownFirst = 6

interface VersionsPanelProps {
  name: string
  /** The publication in force: when it moves, the list is read again. */
  publication: number | null
  shadow: PipelineStatus['shadow']
  zone: Zone
  now: number
  onBackfill: () => void
}

export function VersionsPanel({ name, publication, shadow, zone, now, onBackfill }: VersionsPanelProps) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const openPlan = useOpenPlan()
  const refusal = useRefusal('roll back or backfill')
  const [all, setAll] = useState(false)
  const { data, error, refetch } = useQuery(trpc.pipelines.versions.queryOptions({ name }))
  const filter = trpc.pipelines.versions.queryFilter({ name })
  useEffect(() => {
    if (publication !== null) void queryClient.invalidateQueries(filter)
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [publication, name, queryClient])
  // What plans have computed and nobody is served from is in the plans; here it would hide what answers.
  const versions = data?.versions.filter(({ state }) => state === 'published') ?? []
  const staged = data?.versions.filter(({ state }) => state === 'staged').length ?? 0
  const shown = all ? versions : versions.slice(0, shownFirst)
  const current = data?.publication ?? 0
  return (
    <Panel
      title="Versions"
      sub={
        data
          ? `${plural(versions.length, 'version')}, newest first${staged > 0 ? `; ${staged} staged for plans` : ''}`
          : undefined
      }
      actions={
        current > 0 ? (
          <Button
            size="small"
            off={refusal}
            onClick={() => openPlan({ kind: 'rollback', pipeline: name, to: { publication: current - 1 } })}
          >
            Roll back…
          </Button>
        ) : null
      }
      foot={
        versions.length > 0 ? (
          <>
            <span>A roll back moves all windows in one step and can be undone.</span>
            {versions.length > shownFirst ? (
              <button type="button" className="link ml-auto" onClick={() => setAll(!all)}>
                {all ? 'Show fewer' : `Show all ${versions.length}`}
              </button>
            ) : null}
          </>
        ) : undefined
      }
    >
      {error && !data ? (
        <Failed
          title="The versions did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      ) : !data ? (
        <SkeletonRows rows={5} widths={[140, 64]} />
      ) : versions.length === 0 && !shadow ? (
        <Note
          kind="empty"
          title="No batch version yet"
          action={
            <Button size="small" off={refusal} onClick={onBackfill}>
              Backfill…
            </Button>
          }
        >
          The first scheduled run makes one. Until then values come from the speed layer only and are
          provisional.
        </Note>
      ) : (
        <ul>
          {shadow ? <ShadowRow name={name} shadow={shadow} zone={zone} now={now} /> : null}
          {shown.map((version) => (
            <VersionRow
              key={version.number}
              version={version}
              zone={zone}
              now={now}
              refusal={refusal}
              onRollBack={() =>
                openPlan({ kind: 'rollback', pipeline: name, to: { version: version.number } })
              }
            />
          ))}
        </ul>
      )}
    </Panel>
  )
}
