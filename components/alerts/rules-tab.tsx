'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { useMe } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { formatDuration, plural } from '@/components/format'
import { Button, Failed, Note, Panel, SkeletonRows, Tag } from '@/components/ui'
import { keepView } from '@/components/view'
import type { AlertRuleView } from '@/server/api'
import { RuleDialog } from './rule-dialog'
import { thresholdText } from './rule-words'

/** When what fires, and how urgently. */
export function RulesTab() {
  const trpc = useTRPC()
  const { role } = useMe()
  const [editing, setEditing] = useState<string | null>(null)
  const { data, error, refetch } = useQuery(trpc.alerts.rules.queryOptions())
  const changed = data?.filter(({ isChanged }) => isChanged).length ?? 0
  const edited = data?.find(({ name }) => name === editing)
  return (
    <Panel
      title="Rules"
      sub={data ? `${plural(data.length, 'rule')}, ${changed} changed here` : undefined}
      foot={
        role === 'admin'
          ? 'A change holds from the next round on, seconds later, and is in the audit trail.'
          : `Changing rules needs the role admin; yours is ${role}.`
      }
    >
      {body()}
      {edited && data ? <RuleDialog rule={edited} rules={data} onClose={() => setEditing(null)} /> : null}
    </Panel>
  )

  function body() {
    if (!data)
      return error ? (
        <Failed
          title="The rules did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      ) : (
        <SkeletonRows rows={10} widths={[240, 80, 80]} />
      )
    if (data.length === 0) return <Note kind="empty" title="No rule" />
    return (
      <table className="table table-cards">
        <thead>
          <tr>
            <th>Rule</th>
            <th>Severity</th>
            <th className="number">Threshold</th>
            <th className="number">Fires after</th>
            <th className="number">Ends after</th>
            <th>Runbook</th>
            <th>
              <span className="sr-only">Edit</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {data.map((rule) => (
            <Row
              key={rule.name}
              rule={rule}
              isAdmin={role === 'admin'}
              onEdit={() => setEditing(rule.name)}
            />
          ))}
        </tbody>
      </table>
    )
  }
}

interface RowProps {
  rule: AlertRuleView
  isAdmin: boolean
  onEdit: () => void
}

function Row({ rule, isAdmin, onEdit }: RowProps) {
  const params = useSearchParams()
  const { name, title, says, severity, isEnabled, forS, quietS, runbook, isChanged, shipped } = rule
  return (
    <tr>
      <td className="two-lines card-wide clip w-[44%]">
        <span className="font-medium">{title}</span> <span className="mono text-text-3">{name}</span>{' '}
        {isEnabled ? null : <Tag status="unknown">off</Tag>}
        {isChanged && isEnabled ? <Tag status="unknown">changed</Tag> : null}
        <span className="second whitespace-normal">{says}</span>
      </td>
      <td data-label="Severity">{severity}</td>
      <td
        className="number"
        data-label="Threshold"
        title={isChanged ? `shipped: ${thresholdText({ ...rule, ...shipped })}` : undefined}
      >
        {thresholdText(rule)}
      </td>
      <td className="number text-text-2" data-label="Fires after">
        {forS === 0 ? 'at once' : formatDuration(forS * 1_000)}
      </td>
      <td className="number text-text-2" data-label="Ends after">
        {formatDuration(quietS * 1_000)}
      </td>
      <td data-label="Runbook">
        {runbook ? (
          <Link
            className="link inline-flex min-h-6 items-center"
            href={keepView(`/runbooks/${encodeURIComponent(runbook)}`, params)}
          >
            {runbook}
          </Link>
        ) : (
          <span className="text-text-3">none</span>
        )}
      </td>
      <td className="number">
        <Button
          size="small"
          off={isAdmin ? null : 'Changing rules needs the role admin.'}
          aria-label={`Edit ${name}`}
          onClick={onEdit}
        >
          Edit…
        </Button>
      </td>
    </tr>
  )
}
