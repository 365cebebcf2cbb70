'use client'
import { useQuery } from '@tanstack/react-query'
import { describeError, useTRPC } from '@/components/data'
import { formatInstant } from '@/components/format'
import type { Zone } from '@/components/format'
import { Failed, Panel, SkeletonRows, Tag } from '@/components/ui'

export function DefinitionHistory({ name, zone }: { name: string; zone: Zone }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.pipelines.definitions.queryOptions({ name }))
  return (
    <Panel title="Definitions" sub="newest first; every change makes a new one">
      {data ? (
        <table className="table table-cards">
          <thead>
            <tr>
              <th>Definition</th>
              <th>Changed</th>
              <th>By</th>
              <th className="w-1/3">Reason</th>
            </tr>
          </thead>
          <tbody>
            {data.map((definition) => (
              <tr key={definition.version}>
                <td className="card-wide">
                  <span className="inline-flex items-center gap-2 font-medium">
                    v{definition.version}
                    {definition.current ? <Tag status="ok">in force</Tag> : null}
                  </span>
                </td>
                <td className="text-text-2" data-label="Changed">
                  {formatInstant(definition.createdAt, zone, 'full')}
                </td>
                <td className="text-text-2" data-label="By">
                  {definition.createdBy}
                </td>
                <td className="clip text-text-2" data-label="Reason" title={definition.reason ?? undefined}>
                  {definition.reason ?? <span className="text-text-3">none given</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : error ? (
        <Failed
          title="The history did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      ) : (
        <SkeletonRows rows={3} widths={[60, 140, 90]} />
      )}
    </Panel>
  )
}
