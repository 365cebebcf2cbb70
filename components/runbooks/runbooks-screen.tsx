'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { describeError, useTRPC } from '@/components/data'
import { formatDuration, formatNear, plural } from '@/components/format'
import { useListKeys } from '@/components/pipelines'
import { PageHead } from '@/components/shell'
import { Failed, Note, Panel, SkeletonRows } from '@/components/ui'
import { keepView, useNow, useZone } from '@/components/view'
import { scoreText } from './run-words'

/** For the on-call before anything happens: what is written down, and how often it worked. */
export function RunbooksScreen() {
  const trpc = useTRPC()
  const router = useRouter()
  const params = useSearchParams()
  const [zone] = useZone()
  const now = useNow(30_000)
  const list = useQuery(trpc.runbooks.list.queryOptions(undefined, { staleTime: 5_000 }))
  const runbooks = list.data ?? []
  const { current } = useListKeys(runbooks.length, (index) => {
    const runbook = runbooks[index]
    if (runbook) router.push(keepView(`/runbooks/${runbook.name}`, params))
  })
  return (
    <>
      <PageHead
        title="Runbooks"
        forWhom="For the on-call: what to do, step by step, and how often it solved what it is for."
      />
      <Panel
        title="Runbooks"
        sub={list.data ? `${plural(runbooks.length, 'runbook')}, by name` : undefined}
        foot="They are Markdown in the folder of definitions: parallax pipelines apply puts new versions in force."
      >
        {body()}
      </Panel>
    </>
  )

  function body() {
    if (list.error)
      return (
        <Failed
          title="The runbooks did not load"
          message={describeError(list.error).message}
          onRetry={() => void list.refetch()}
        />
      )
    if (!list.data) return <SkeletonRows rows={9} widths={[260, 120, 80]} />
    if (runbooks.length === 0)
      return (
        <Note kind="empty" title="No runbook yet">
          Those of the release are put in force at the start. Apply a folder with runbooks/*.md.
        </Note>
      )
    return (
      <table className="table table-cards">
        <thead>
          <tr>
            <th>Runbook</th>
            <th>For alerts</th>
            <th className="number">Score</th>
            <th className="number">Usual time</th>
            <th className="number">Last run</th>
            <th className="number">Version</th>
          </tr>
        </thead>
        <tbody>
          {runbooks.map((runbook, i) => (
            <tr key={runbook.name} data-selected={i === current}>
              <td className="two-lines card-wide whitespace-normal!">
                <Link
                  className="inline-flex min-h-6 items-center font-medium hover:underline"
                  href={keepView(`/runbooks/${runbook.name}`, params)}
                >
                  {runbook.title}
                </Link>
                <span className="second max-w-[70ch]">{runbook.summary}</span>
              </td>
              <td data-label="For alerts" className="whitespace-normal! text-small text-text-2">
                {runbook.rules.filter((rule) => rule !== '*').length > 0 ? (
                  <span className="mono">{runbook.rules.filter((rule) => rule !== '*').join(', ')}</span>
                ) : (
                  'any'
                )}
              </td>
              <td className="number" data-label="Score">
                <span className={runbook.finished === 0 ? 'text-text-3' : ''}>{scoreText(runbook)}</span>
                {runbook.running > 0 ? (
                  <span className="second">{plural(runbook.running, 'run')} under way</span>
                ) : null}
              </td>
              <td className="number text-text-2" data-label="Usual time">
                {runbook.medianMs === null ? '–' : formatDuration(runbook.medianMs)}
              </td>
              <td className="number text-text-2" data-label="Last run">
                {runbook.lastRunAt === null ? '–' : formatNear(runbook.lastRunAt, zone, now)}
              </td>
              <td className="number text-text-2" data-label="Version">
                {runbook.version}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    )
  }
}
