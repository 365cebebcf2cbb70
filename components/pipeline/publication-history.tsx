'use client'
import { useQuery } from '@tanstack/react-query'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { formatCount, formatInstant } from '@/components/format'
import type { Zone } from '@/components/format'
import { useOpenPlan } from '@/components/plan-dialog'
import { Button, Failed, Note, Panel, SkeletonRows, Tag } from '@/components/ui'

/** Every flip of what answers: each can be gone back to while its versions are kept. */
export function PublicationHistory({ name, zone }: { name: string; zone: Zone }) {
  const trpc = useTRPC()
  const openPlan = useOpenPlan()
  const refusal = useRefusal('roll back')
  const { data, error, refetch } = useQuery(trpc.pipelines.versions.queryOptions({ name }))
  return (
    <Panel title="Publications" sub="newest first; each moved all its windows in one step">
      {!data && error ? (
        <Failed
          title="The publications did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      ) : !data ? (
        <SkeletonRows rows={4} widths={[60, 140, 90]} />
      ) : data.publications.length === 0 ? (
        <Note kind="empty" title="Nothing was published yet">
          The first batch run publishes the first version.
        </Note>
      ) : (
        <table className="table table-cards">
          <thead>
            <tr>
              <th>Publication</th>
              <th>Kind</th>
              <th>At</th>
              <th>By</th>
              <th className="w-1/4">Reason</th>
              <th>
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.publications.map((publication) => (
              <tr key={publication.number}>
                <td className="card-title">
                  <span className="inline-flex items-center gap-2 font-medium">
                    {formatCount(publication.number)}
                    {publication.current ? <Tag status="ok">in force</Tag> : null}
                  </span>
                </td>
                <td data-label="Kind">{publication.kind === 'publish' ? 'publish' : 'roll back'}</td>
                <td className="text-text-2" data-label="At">
                  {formatInstant(publication.at, zone, 'full')}
                </td>
                <td className="text-text-2" data-label="By">
                  {publication.actor}
                </td>
                <td className="clip text-text-2" data-label="Reason" title={publication.reason ?? undefined}>
                  {publication.reason ?? <span className="text-text-3">none given</span>}
                </td>
                <td className="number">
                  {publication.current ? null : (
                    <Button
                      size="small"
                      off={refusal}
                      aria-label={`Roll back to publication ${publication.number}`}
                      onClick={() =>
                        openPlan({
                          kind: 'rollback',
                          pipeline: name,
                          to: { publication: publication.number },
                        })
                      }
                    >
                      Roll back…
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  )
}
