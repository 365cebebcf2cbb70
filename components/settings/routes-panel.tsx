'use client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { formatDuration } from '@/components/format'
import { Button, Failed, Panel, SkeletonRows } from '@/components/ui'
import type { Route } from '@/server/api'
import { channelsText, routeTitle, whenText } from './route-words'
import { RoutesDialog } from './routes-dialog'

/** Who is told what, and who is told next when nobody acknowledges. */
export function RoutesPanel({ isAdmin }: { isAdmin: boolean }) {
  const trpc = useTRPC()
  const [editing, setEditing] = useState(false)
  const { data, error, refetch } = useQuery(trpc.channels.routes.queryOptions())
  return (
    <Panel
      title="Routes"
      sub="the first that matches an incident is taken"
      actions={
        <Button
          size="small"
          off={isAdmin ? (data ? null : 'The routes are on their way.') : 'Routes are changed by admins.'}
          onClick={() => setEditing(true)}
        >
          Edit routes…
        </Button>
      }
      foot={
        data
          ? `${data.consoleUrl ? `Notifications link to ${data.consoleUrl}.` : 'Notifications carry no link: the console’s address is not set.'} Internal addresses: ${data.allowInternal ? 'allowed for channels that ask' : 'refused'}.`
          : null
      }
    >
      {data ? (
        <ol>
          {data.routes.map((route, i) => (
            <RouteRow key={i} route={route} title={routeTitle(route)} />
          ))}
          <RouteRow
            route={data.fallback}
            title={data.routes.length === 0 ? 'Everything, as shipped' : 'Everything else, as shipped'}
          />
        </ol>
      ) : error ? (
        <Failed
          title="The routes did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      ) : (
        <SkeletonRows rows={3} widths={[180, 120]} />
      )}
      {editing && data ? <RoutesDialog routes={data} onClose={() => setEditing(false)} /> : null}
    </Panel>
  )
}

function RouteRow({ route, title }: { route: Route; title: string }) {
  return (
    <li className="route">
      <span className="font-medium">{title}</span>{' '}
      <span className="text-text-3">
        again every {formatDuration(route.repeatHours * 3_600_000)} until it is resolved
      </span>
      <ol className="route-steps">
        {route.steps.map((step, i) => (
          <li key={i}>
            <span className="text-text-2">{whenText(step.afterMinutes)}</span>
            <span className="min-w-0">{step.says}</span>
            <span className="text-text-3">{channelsText(step.channels)}</span>
          </li>
        ))}
      </ol>
    </li>
  )
}
