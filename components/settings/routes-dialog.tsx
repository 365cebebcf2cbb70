'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ArrowUp, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { useConsoleFeed } from '@/components/live'
import {
  Button,
  Captioned,
  Dialog,
  Labelled,
  Problem,
  ReasonField,
  Segmented,
  showToast,
} from '@/components/ui'
import type { Route, RoutesView } from '@/server/api'
import { readSteps, writeSteps } from './route-words'

interface RouteFields {
  owner: string
  pipeline: string
  severity: 'any' | 'page' | 'ticket'
  steps: string
  repeatHours: string
}

const severities = [
  { value: 'any', label: 'Any' },
  { value: 'page', label: 'Pages' },
  { value: 'ticket', label: 'Tickets' },
] as const

const fieldsOf = ({ owner, pipeline, severity, steps, repeatHours }: Route): RouteFields => ({
  owner: owner ?? '',
  pipeline: pipeline ?? '',
  severity: severity ?? 'any',
  steps: writeSteps(steps),
  repeatHours: String(repeatHours),
})

function routeOf({ owner, pipeline, severity, steps, repeatHours }: RouteFields): Route | string {
  const read = readSteps(steps)
  if (typeof read === 'string') return read
  const hours = Number(repeatHours)
  if (!(hours >= 1 && hours <= 168)) return 'It is sent again after 1 to 168 hours.'
  return {
    ...(owner.trim() === '' ? {} : { owner: owner.trim() }),
    ...(pipeline.trim() === '' ? {} : { pipeline: pipeline.trim() }),
    ...(severity === 'any' ? {} : { severity }),
    steps: read,
    repeatHours: hours,
  }
}

/** All routes in order, each with its steps; what no route takes goes the shipped way. */
export function RoutesDialog({ routes, onClose }: { routes: RoutesView; onClose: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { pipelines } = useConsoleFeed()
  const [rows, setRows] = useState<RouteFields[]>(() => routes.routes.map(fieldsOf))
  const [consoleUrl, setConsoleUrl] = useState(routes.consoleUrl ?? '')
  const [allowInternal, setAllowInternal] = useState(routes.allowInternal)
  const [reason, setReason] = useState('')
  const save = useMutation(
    trpc.channels.saveRoutes.mutationOptions({
      onSuccess: (saved) => {
        queryClient.setQueryData(trpc.channels.routes.queryKey(), saved)
        showToast({ status: 'ok', text: 'The routes are saved. They hold for the next notification.' })
        onClose()
      },
    }),
  )
  const change = (at: number, next: Partial<RouteFields>) =>
    setRows((before) => before.map((row, i) => (i === at ? { ...row, ...next } : row)))
  const read = rows.map(routeOf)
  const wrong = read.flatMap((route, i) => (typeof route === 'string' ? [`Route ${i + 1}: ${route}`] : []))[0]
  const off = wrong ?? (reason.trim() === '' ? 'Give a reason first.' : null)
  return (
    <Dialog
      onClose={onClose}
      title="Edit routes"
      description="The first route that matches an incident is taken. A step is skipped once somebody has acknowledged."
    >
      <form
        className="flex min-h-0 flex-col"
        onSubmit={(event) => {
          event.preventDefault()
          if (off || save.isPending) return
          save.mutate({
            routes: read.filter((route) => typeof route !== 'string'),
            consoleUrl: consoleUrl.trim() === '' ? null : consoleUrl.trim(),
            allowInternal,
            reason: reason.trim(),
          })
        }}
      >
        <div className="flex min-h-0 flex-col gap-4 overflow-auto px-5 pb-4 max-[720px]:px-3">
          {rows.map((row, i) => (
            <fieldset key={i} className="form-grid border-b border-line pb-4">
              <legend className="mb-2 flex w-full items-center gap-2 font-medium">
                Route {i + 1}
                <span className="grow" />
                <Button
                  size="small"
                  variant="quiet"
                  iconOnly
                  aria-label={`Move route ${i + 1} up`}
                  off={i === 0 ? 'It is the first.' : null}
                  onClick={() =>
                    setRows((before) => {
                      const next = [...before]
                      const [moved] = next.splice(i, 1)
                      if (moved) next.splice(i - 1, 0, moved)
                      return next
                    })
                  }
                >
                  <ArrowUp className="icon" aria-hidden="true" />
                </Button>
                <Button
                  size="small"
                  variant="quiet"
                  iconOnly
                  aria-label={`Remove route ${i + 1}`}
                  onClick={() => setRows((before) => before.filter((_, at) => at !== i))}
                >
                  <Trash2 className="icon" aria-hidden="true" />
                </Button>
              </legend>
              <Labelled label="Owner">
                <input
                  className="field font-normal"
                  list="route-owners"
                  placeholder="any"
                  value={row.owner}
                  onChange={(event) => change(i, { owner: event.target.value })}
                />
              </Labelled>
              <Labelled label="Pipeline">
                <input
                  className="field font-normal"
                  list="route-pipelines"
                  placeholder="any"
                  value={row.pipeline}
                  onChange={(event) => change(i, { pipeline: event.target.value })}
                />
              </Labelled>
              <Captioned caption="Severity">
                <Segmented
                  label={`Severity of route ${i + 1}`}
                  value={row.severity}
                  options={severities}
                  onChange={(severity) => change(i, { severity })}
                />
              </Captioned>
              <Labelled label="Sent again after, h">
                <input
                  className="field font-normal"
                  inputMode="numeric"
                  value={row.repeatHours}
                  onChange={(event) => change(i, { repeatHours: event.target.value })}
                />
              </Labelled>
              <div className="form-wide">
                <Labelled
                  label="Steps"
                  note="One a line: minutes after the opening: channels, or * for all | whom it reaches. 0: pager | on-call"
                >
                  <textarea
                    className="field mono"
                    spellCheck={false}
                    rows={3}
                    value={row.steps}
                    onChange={(event) => change(i, { steps: event.target.value })}
                  />
                </Labelled>
              </div>
            </fieldset>
          ))}
          <datalist id="route-owners">
            {[...new Set(pipelines?.map(({ owner }) => owner) ?? [])].map((owner) => (
              <option key={owner} value={owner} />
            ))}
          </datalist>
          <datalist id="route-pipelines">
            {pipelines?.map(({ name }) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          <div>
            <Button
              size="small"
              onClick={() => setRows((before) => [...before, fieldsOf({ ...routes.fallback })])}
            >
              <Plus className="icon" aria-hidden="true" />
              Add route
            </Button>
          </div>
          <Labelled
            label="Address of this console"
            note="Where notifications link to. Empty: they carry no link."
          >
            <input
              className="field font-normal"
              placeholder="https://parallax.example.org"
              value={consoleUrl}
              onChange={(event) => setConsoleUrl(event.target.value)}
            />
          </Labelled>
          <label className="flex items-start gap-2">
            <input
              className="mt-1"
              type="checkbox"
              checked={allowInternal}
              onChange={(event) => setAllowInternal(event.target.checked)}
            />
            <span>Channels that ask for it may reach internal addresses</span>
          </label>
          <ReasonField value={reason} onChange={setReason} />
          {save.error ? <Problem>{describeError(save.error).message}</Problem> : null}
        </div>
        <div className="dialog-foot">
          <span className="grow text-small text-text-3">{off}</span>
          <Button variant="primary" type="submit" off={off} aria-busy={save.isPending}>
            Save routes
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
