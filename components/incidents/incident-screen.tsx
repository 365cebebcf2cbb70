'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useCallback, useMemo, useState } from 'react'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { formatDuration, formatNear, formatRange, plural, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { isOld, liveness, useWatch } from '@/components/live'
import { PageHead } from '@/components/shell'
import {
  Button,
  DurationFigure,
  Failed,
  Panel,
  SkeletonRows,
  StripFigure,
  StripSkeleton,
  Tag,
} from '@/components/ui'
import { useNow, useZone } from '@/components/view'
import type { IncidentDetail, WatchMessage } from '@/server/api'
import { AcknowledgeButton } from './acknowledge-button'
import { ActDialog, type Act } from './act-dialog'
import { AffectedPanel } from './affected-panel'
import { AlertsPanel } from './alerts-panel'
import { CandidatesPanel } from './candidates-panel'
import { EarlierPanel } from './earlier-panel'
import { incidentStatus, stateText } from './incident-words'
import { PostmortemPanel } from './postmortem-panel'
import { RunbookPanel } from './runbook-panel'
import { TimelinePanel } from './timeline-panel'

const labels = ['Goes on for', 'Detected after', 'State', 'Windows', 'Budget used']

/** One incident for whoever is on it: what it is, what may have caused it, what to do, what was done. */
export function IncidentScreen({ id }: { id: number }) {
  const trpc = useTRPC()
  const [zone] = useZone()
  const now = useNow(1_000)
  const [live, setLive] = useState<IncidentDetail | null>(null)
  const [act, setAct] = useState<Act | null>(null)
  const input = useMemo(() => ({ incident: { id } }), [id])
  const onMessage = useCallback((message: WatchMessage) => {
    if (message.topic === 'incident') setLive(message.data)
  }, [])
  const watch = useWatch(input, onMessage)
  // A feed that cannot begin only says that it is down; the query says why.
  const read = useQuery(
    trpc.incidents.get.queryOptions(
      { id },
      { enabled: live === null && watch.state === 'down', retry: false },
    ),
  )
  const incident = live?.id === id ? live : (read.data ?? null)
  if (!incident)
    return (
      <>
        <PageHead title={`Incident ${id}`} forWhom="For whoever is on it." />
        {read.error || watch.error ? (
          <Panel title="Incident">
            <Failed
              title="The incident did not load"
              message={read.error ? describeError(read.error).message : (watch.error ?? '')}
            />
          </Panel>
        ) : (
          <>
            <StripSkeleton labels={labels} />
            <Panel title="Runbook">
              <SkeletonRows rows={8} widths={[260, 140, 60]} />
            </Panel>
          </>
        )}
      </>
    )
  const stale = isOld(liveness(watch.state, watch.lastAt, now))
  return (
    <>
      <PageHead
        title={incident.title}
        tag={
          <Tag status={incidentStatus(incident)}>
            {incident.state === 'resolved' ? 'resolved' : `${incident.severity}, ${incident.state}`}
          </Tag>
        }
        forWhom={
          <>
            Incident {id}, cause <span className="mono">{incident.cause}</span>
            {incident.owner ? `, owner ${incident.owner}` : ''}
          </>
        }
        actions={<Actions incident={incident} onAct={setAct} />}
      />
      {stale ? (
        <div className="banner" data-status="warn" role="status">
          What is shown is {watch.lastAt === null ? 'old' : `${formatDuration(now - watch.lastAt)} old`}: the
          live feed does not answer.
        </div>
      ) : null}
      <Figures incident={incident} zone={zone} now={now} />
      {incident.says ? (
        <p className="mb-4 max-w-[110ch] text-lead [overflow-wrap:anywhere]">
          {withInstants(incident.says, zone, now)}{' '}
          {incident.pipelines.map((name) => (
            <Link key={name} className="link mr-3" href={`/pipelines/${encodeURIComponent(name)}`}>
              {name}
            </Link>
          ))}
        </p>
      ) : null}
      <div className="grid12">
        <div className="span-8 stack">
          <RunbookPanel incident={incident} zone={zone} now={now} />
          <TimelinePanel
            timeline={incident.timeline}
            isCut={incident.isTimelineCut}
            zone={zone}
            now={now}
            onNote={() => setAct('note')}
          />
        </div>
        <div className="span-4 stack">
          <CandidatesPanel
            candidates={incident.candidates}
            firstSignAt={incident.postmortem.facts.firstSignAt}
            zone={zone}
            now={now}
          />
          <AlertsPanel alerts={incident.alerts} zone={zone} now={now} />
          <AffectedPanel affected={incident.affected} />
          <EarlierPanel earlier={incident.earlier} zone={zone} now={now} />
        </div>
        <div className="span-12">
          <PostmortemPanel incident={incident} zone={zone} now={now} />
        </div>
      </div>
      {act ? <ActDialog act={act} id={id} onClose={() => setAct(null)} /> : null}
    </>
  )
}

function Actions({ incident, onAct }: { incident: IncidentDetail; onAct: (act: Act) => void }) {
  const refusal = useRefusal('work on incidents')
  const { id, state, firing } = incident
  if (state === 'resolved') return <Button onClick={() => onAct('note')}>Note…</Button>
  return (
    <>
      <Button variant="quiet" off={refusal} onClick={() => onAct('snooze')}>
        Snooze…
      </Button>
      <Button variant="quiet" off={refusal} onClick={() => onAct('escalate')}>
        Escalate now…
      </Button>
      <Button
        off={
          refusal ??
          (firing > 0
            ? `${plural(firing, 'alert')} of it ${firing === 1 ? 'fires' : 'fire'}: it resolves by itself when they end.`
            : null)
        }
        onClick={() => onAct('resolve')}
      >
        Resolve…
      </Button>
      {state === 'open' ? <AcknowledgeButton incidentId={id} variant="primary" size="normal" /> : null}
    </>
  )
}

function Figures({ incident, zone, now }: { incident: IncidentDetail; zone: Zone; now: number }) {
  const { openedAt, resolvedAt, openedBy, postmortem, variables, affected, escalation } = incident
  const { facts } = postmortem
  const used = affected.flatMap(({ budgetUsed }) => (budgetUsed === null ? [] : [budgetUsed]))
  const most = used.length > 0 ? Math.max(...used) : null
  const from = Date.parse(variables.from ?? '')
  const to = Date.parse(variables.to ?? '')
  return (
    <dl className="strip">
      <StripFigure
        label={resolvedAt === null ? 'Goes on for' : 'Took'}
        note={`since ${formatNear(openedAt, zone, now, 'second')}, opened by ${openedBy === 'alert' ? 'an alert' : openedBy}`}
      >
        <DurationFigure ms={Math.max(0, (resolvedAt ?? now) - openedAt)} />
      </StripFigure>
      <StripFigure
        label="Detected after"
        note={`first sign ${formatNear(facts.firstSignAt, zone, now, 'second')}`}
      >
        {facts.timeToDetectMs === null ? '–' : <DurationFigure ms={facts.timeToDetectMs} />}
      </StripFigure>
      <StripFigure label="Reconciled after" note={facts.says.reconcile}>
        {facts.timeToReconcileMs === null ? '–' : <DurationFigure ms={facts.timeToReconcileMs} />}
      </StripFigure>
      <StripFigure
        label="Windows"
        note={escalation > 0 ? `${plural(escalation, 'step')} of the route told` : 'nobody was told yet'}
      >
        {Number.isNaN(from) || Number.isNaN(to) ? 'not known' : formatRange(from, to, zone, now)}
      </StripFigure>
      <StripFigure label="Budget used" note={stateText(incident, zone, now)}>
        {most === null ? (
          '–'
        ) : (
          <>
            {most < 0.001 && most > 0 ? '< 0.1' : (most * 100).toFixed(1)}
            <span className="unit">%</span>
          </>
        )}
      </StripFigure>
    </dl>
  )
}
