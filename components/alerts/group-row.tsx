'use client'
import { BellOff, ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useId } from 'react'
import type { ReactNode } from 'react'
import { AcknowledgeButton } from '@/components/incidents'
import { formatDuration, formatNear, plural, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { Glyph } from '@/components/ui'
import { keepView } from '@/components/view'
import type { AlertGroup } from '@/server/api'
import { ActionButton } from './action-button'
import { attention, groupStatus, mutedText, rulesOf } from './alert-words'
import { GroupDetail } from './group-detail'
import { MoreActions } from './more-actions'

interface GroupRowProps {
  group: AlertGroup
  isCurrent: boolean
  isOpen: boolean
  zone: Zone
  now: number
  onToggle: (cause: string) => void
  /** On a phone: what the panels below would say of it again. */
  folded?: ReactNode
}

/** One cause: what is broken and how one knows, who has it, what to press. */
export function GroupRow({ group, isCurrent, isOpen, zone, now, onToggle, folded }: GroupRowProps) {
  const { cause, title, says, state, actions, incidentId, mutedBy } = group
  const isMuted = state === 'muted'
  const [first, ...others] = actions
  const detailId = useId()
  return (
    <li
      className="alert-row"
      data-state={state}
      data-selected={isCurrent}
      {...(isCurrent ? { 'data-current': '' } : {})}
    >
      <span className="alert-sign">
        {isMuted ? (
          <BellOff className="icon" role="img" aria-label="Muted" />
        ) : (
          <Glyph status={groupStatus(group)} label={signs[state](group)} />
        )}
      </span>
      <div className="alert-what">
        <h3 className="alert-title">
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls={detailId}
            onClick={() => onToggle(cause)}
          >
            {title}
            <ChevronRight className={`icon ${isOpen ? 'rotate-90' : ''}`} aria-hidden="true" />
          </button>
        </h3>
        <p className="alert-says">{withInstants(says, zone, now)}</p>
        <Facts group={group} zone={zone} now={now} />
        {folded}
      </div>
      <Status group={group} zone={zone} now={now} />
      <div className="alert-actions">
        {incidentId !== null && state === 'firing' ? (
          <span data-acknowledge="">
            <AcknowledgeButton incidentId={incidentId} />
          </span>
        ) : null}
        {first ? <ActionButton action={first} isFirst={!isMuted} /> : null}
        <MoreActions group={group} actions={others} isSilenced={mutedBy?.kind === 'silence'} />
      </div>
      <div id={detailId} className="alert-detail" hidden={!isOpen}>
        {isOpen ? <GroupDetail group={group} zone={zone} now={now} /> : null}
      </div>
    </li>
  )
}

const signs: Record<AlertGroup['state'], (group: AlertGroup) => string> = {
  firing: ({ severity }) => (severity === 'page' ? 'Page, firing' : 'Ticket, firing'),
  acknowledged: ({ severity }) => (severity === 'page' ? 'Page, acknowledged' : 'Ticket, acknowledged'),
  pending: () => 'Pending',
  muted: () => 'Muted',
}

function Facts({ group, zone, now }: { group: AlertGroup; zone: Zone; now: number }) {
  const { alerts, severity, since, owner, mutes, state } = group
  return (
    <ul className="alert-facts">
      <li>
        <b>{plural(alerts.length, 'alert')}</b> {rulesOf(alerts)}
      </li>
      <li>
        <b>{state === 'muted' ? `would be a ${severity}` : severity}</b> since{' '}
        {formatNear(since, zone, now, 'second')}, {formatDuration(Math.max(0, now - since))}
      </li>
      {owner ? (
        <li>
          owner <b>{owner}</b>
        </li>
      ) : null}
      {mutes.length > 0 ? (
        <li>
          mutes <b>{plural(mutes.length, 'alert')}</b> until it ends
        </li>
      ) : null}
    </ul>
  )
}

function Status({ group, zone, now }: { group: AlertGroup; zone: Zone; now: number }) {
  const params = useSearchParams()
  const { mutedBy, mutedUntil, runbook, incidentId } = group
  const link = (path: string) => keepView(path, params)
  return (
    <div className="alert-status">
      {mutedBy ? (
        <span className="block">{mutedText(mutedBy, mutedUntil, { zone, now })}</span>
      ) : (
        attention(group, zone, now).map((line) => (
          <span key={line} className="block">
            {line}
          </span>
        ))
      )}
      {runbook ? (
        <Link
          className="link alert-link"
          href={
            incidentId === null
              ? link(`/runbooks/${encodeURIComponent(runbook)}`)
              : link(`/incidents/${incidentId}`)
          }
        >
          Runbook {runbook}
        </Link>
      ) : incidentId === null ? null : (
        <Link className="link alert-link" href={link(`/incidents/${incidentId}`)}>
          Incident {incidentId}
        </Link>
      )}
    </div>
  )
}
