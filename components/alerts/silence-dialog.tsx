'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { formatDuration, formatNear, plural, writeInstant } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import { Button, Dialog, Failed, Labelled, Problem, QuietGlyph, Segmented, showToast } from '@/components/ui'
import { currentTime, useNow, useZone } from '@/components/view'
import type { SilenceMatch, SilenceView } from '@/server/api'
import { SilenceWhen } from './silence-when'
import { emptyFields, matchOf, offReason, timesOf } from './silence-form'
import type { SilenceFields } from './silence-form'

interface SilenceDialogProps {
  kind: SilenceView['kind']
  /** Filled in to begin with. */
  match: SilenceMatch
  onClose: () => void
}

const words = {
  silence: {
    title: 'Silence alerts',
    says: 'Holds notifications back until it expires. Alerts stay on the board and say why they are quiet.',
    button: 'Silence',
  },
  maintenance: {
    title: 'Plan maintenance',
    says: 'Holds notifications back while work is planned, once or again and again. Alerts stay on the board.',
    button: 'Plan maintenance',
  },
} as const

const severities = [
  { value: 'any', label: 'Any' },
  { value: 'page', label: 'Pages' },
  { value: 'ticket', label: 'Tickets' },
] as const

/** What to hold back, for how long and why, with what it would mute right now. */
export function SilenceDialog({ kind, match, onClose }: SilenceDialogProps) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { pipelines, alerts } = useConsoleFeed()
  const [zone] = useZone()
  const now = useNow(5_000)
  const [fields, setFields] = useState<SilenceFields>(() => {
    const empty = emptyFields(match, kind)
    const hour = Math.ceil(currentTime() / 3_600_000) * 3_600_000
    return { ...empty, from: writeInstant(hour, zone), to: writeInstant(hour + 3_600_000, zone) }
  })
  const change = (next: Partial<SilenceFields>) => setFields((before) => ({ ...before, ...next }))
  const rules = useQuery(trpc.alerts.rules.queryOptions())
  const add = useMutation(
    trpc.alerts.addSilence.mutationOptions({
      onSuccess: (added) => {
        void queryClient.invalidateQueries(trpc.alerts.silences.queryFilter())
        showToast({
          status: 'ok',
          text:
            added.state === 'active'
              ? `Silenced until ${formatNear(added.endsAt, zone, currentTime())}: ${plural(added.muting, 'alert')} now.`
              : `Planned from ${formatNear(added.startsAt, zone, currentTime())}.`,
        })
        onClose()
      },
    }),
  )
  const off = offReason(fields, zone, now)
  const { title, says, button } = words[kind]
  const list = (id: string, values: Iterable<string>) => (
    <datalist id={id}>
      {[...new Set(values)].sort().map((value) => (
        <option key={value} value={value} />
      ))}
    </datalist>
  )
  const live = alerts?.groups ?? []
  return (
    <Dialog width="medium" onClose={onClose} title={title} description={says}>
      <form
        className="flex min-h-0 flex-col"
        onSubmit={(event) => {
          event.preventDefault()
          const times = timesOf(fields, zone, currentTime())
          if (off || typeof times === 'string' || add.isPending) return
          add.mutate({ kind, match: matchOf(fields), reason: fields.reason.trim(), ...times })
        }}
      >
        <div className="flex min-h-0 flex-col gap-4 overflow-auto px-5 pb-4 max-[720px]:px-3">
          <div className="form-grid">
            <Text
              label="Rule"
              value={fields.rule}
              list="silence-rules"
              onChange={(rule) => change({ rule })}
            />
            <Text
              label="Pipeline"
              value={fields.pipeline}
              list="silence-pipelines"
              onChange={(pipeline) => change({ pipeline })}
            />
            <Text
              label="Cause"
              value={fields.cause}
              list="silence-causes"
              onChange={(cause) => change({ cause })}
            />
            <Text
              label="Owner"
              value={fields.owner}
              list="silence-owners"
              onChange={(owner) => change({ owner })}
            />
            <div className="form-wide flex flex-wrap items-center gap-3">
              <Segmented
                label="Severity"
                value={fields.severity}
                options={severities}
                onChange={(severity) => change({ severity })}
              />
              <span className="text-small text-text-3">
                All that is filled in must fit. A text may end in * for all that begins like it.
              </span>
            </div>
          </div>
          {list('silence-rules', rules.data?.map(({ name }) => name) ?? [])}
          {list('silence-pipelines', pipelines?.map(({ name }) => name) ?? [])}
          {list('silence-owners', pipelines?.map(({ owner }) => owner) ?? [])}
          {list(
            'silence-causes',
            live.map(({ cause }) => cause),
          )}
          <SilenceWhen kind={kind} fields={fields} zone={zone} onChange={change} />
          <Labelled label="Reason">
            <input
              className="field font-normal"
              maxLength={1_000}
              autoComplete="off"
              value={fields.reason}
              onChange={(event) => change({ reason: event.target.value })}
            />
          </Labelled>
          <Preview match={matchOf(fields)} />
          {add.error ? <Problem>{describeError(add.error).message}</Problem> : null}
        </div>
        <div className="dialog-foot">
          <span className="grow text-small text-text-3">{off}</span>
          <Button variant="primary" type="submit" off={off} aria-busy={add.isPending}>
            {button}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface TextProps {
  label: string
  value: string
  list: string
  onChange: (value: string) => void
}

function Text({ label, value, list, onChange }: TextProps) {
  return (
    <Labelled label={label}>
      <input
        className="field font-normal"
        list={list}
        placeholder="any"
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </Labelled>
  )
}

/** The live alerts that it would hold back, as the server decides it. */
function Preview({ match }: { match: SilenceMatch }) {
  const trpc = useTRPC()
  const now = useNow(5_000)
  const isEmpty = Object.keys(match).length === 0
  const { data, error } = useQuery(
    trpc.alerts.previewSilence.queryOptions({ match }, { enabled: !isEmpty, staleTime: 2_000 }),
  )
  if (isEmpty) return null
  if (error) return <Failed title="What it would mute did not load" message={describeError(error).message} />
  return (
    <section aria-label="What it would mute now">
      <p className="mb-1.5 font-medium" aria-live="polite">
        {data === undefined
          ? 'Looking for what it would mute'
          : data.length === 0
            ? 'It would mute nothing that is live now'
            : `It would mute ${plural(data.length, 'live alert')}`}
      </p>
      {data && data.length > 0 ? (
        <ul className="match-list" tabIndex={0}>
          {data.map((alert) => (
            <li key={alert.id}>
              <QuietGlyph
                status={alert.state === 'pending' ? 'unknown' : alert.severity === 'page' ? 'bad' : 'warn'}
              />
              <span className="min-w-0">
                {alert.title}
                <span className="block text-small text-text-3">
                  {alert.rule}, {alert.severity}, {alert.state} for{' '}
                  {formatDuration(Math.max(0, now - alert.pendingSince))}
                </span>
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  )
}
