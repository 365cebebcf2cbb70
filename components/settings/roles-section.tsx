'use client'
import { useQuery } from '@tanstack/react-query'
import { useMe } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { Failed, Glyph, Panel, SkeletonRows } from '@/components/ui'
import type { Access } from '@/server/api'
import { accessRows, mayDo, roles } from './access-rows'

/** Who may do what, from the very table the server decides by. */
export function RolesSection() {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.access.table.queryOptions())
  if (error)
    return (
      <Panel title="Roles">
        <Failed
          title="The roles did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      </Panel>
    )
  return (
    <div className="grid12">
      <div className="span-6">
        <Panel
          title="Roles"
          sub="of people"
          foot="Read from what the server checks: what is shown here is what holds."
        >
          {data ? <RoleTable access={data} /> : <SkeletonRows rows={12} widths={[260, 30, 30]} />}
        </Panel>
      </div>
      <div className="span-6">
        <Panel title="Scopes" sub="of API tokens, by REST call" foot="The scope admin includes all others.">
          {data ? <ScopeTable access={data} /> : <SkeletonRows rows={12} widths={[260, 80]} />}
        </Panel>
      </div>
    </div>
  )
}

function RoleTable({ access }: { access: Access }) {
  const me = useMe()
  return (
    <table className="table">
      <thead>
        <tr>
          <th>May</th>
          {roles.map((role) => (
            <th key={role} className="w-[72px] text-center! max-[720px]:w-[58px] max-[720px]:px-1!">
              {role}
              {role === me.role ? <span className="max-[720px]:block"> (you)</span> : null}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {accessRows(access).map(({ says, paths, role: needed }) => (
          <tr key={paths.join()}>
            <td className="py-1.5! whitespace-normal!" title={paths.join(', ')}>
              {says}
            </td>
            {roles.map((role) => (
              <td key={role} className="text-center">
                {mayDo(role, needed) ? (
                  <Glyph status="ok" label={`${role}: yes`} />
                ) : (
                  <span className="text-text-3">
                    <span aria-hidden="true">–</span>
                    <span className="sr-only">{role}: no</span>
                  </span>
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function ScopeTable({ access }: { access: Access }) {
  const routes = [...access.routes].sort(
    (a, b) => a.scope.localeCompare(b.scope) || a.path.localeCompare(b.path),
  )
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Call</th>
          <th className="w-[120px]">Scope</th>
        </tr>
      </thead>
      <tbody>
        {routes.map(({ method, path, scope, summary }) => (
          <tr key={`${method} ${path}`}>
            <td className="two-lines whitespace-normal!">
              <span className="mono break-all">
                {method} {path}
              </span>
              <span className="second">{summary}</span>
            </td>
            <td className="mono text-text-2">{scope}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
