'use client'
import { Command } from 'cmdk'
import { Compass, Hourglass, Workflow } from 'lucide-react'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { Dialog as Radix } from 'radix-ui'
import { useRef, useState } from 'react'
import { useRefusal } from '@/components/account'
import { useConsoleFeed } from '@/components/live'
import { pausedLayers, useOpenPlan, usePlans } from '@/components/plan-dialog'
import { apiRange, currentTime, keepView, rangeEnds, useRange } from '@/components/view'
import { pipelineActions } from './palette-actions'
import { screens } from './screens'

/** Finds objects and actions. An action opens its plan, it never fires. */
export function Palette({ onClose, typed: before }: { onClose: () => void; typed: string }) {
  const { pipelines, proposals } = useConsoleFeed()
  const path = usePathname()
  const [typed, setTyped] = useState(before)
  const input = useRef<HTMLInputElement>(null)
  const router = useRouter()
  const params = useSearchParams()
  const openPlan = useOpenPlan()
  const { open } = usePlans()
  const [range] = useRange()
  const refusal = useRefusal('change anything')
  const run = (action: () => void) => {
    onClose()
    action()
  }
  const go = (path: string) => run(() => router.push(keepView(path, params)))
  const actions = actionsOf()
  const waiting = proposals ?? []
  /** Before anything is typed, those of the pipeline that is looked at, or of the worst ones. */
  function actionsOf() {
    const now = currentTime()
    const here = /^\/pipelines\/([^/]+)/.exec(path)?.[1]
    const shown = typed.trim()
      ? (pipelines ?? [])
      : (pipelines ?? []).filter(({ name }, i) => (here ? name === decodeURIComponent(here) : i < 3))
    return shown.flatMap((pipeline) => {
      const ends = rangeEnds(apiRange(range, pipeline.status.boundary, now), now)
      const all = pipelineActions(pipeline, pausedLayers(pipeline.status), ends, now)
      return typed.trim() || here ? all : all.slice(0, 2)
    })
  }
  return (
    <Radix.Root open onOpenChange={(next) => (next ? undefined : onClose())}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Radix.Content
          className="dialog palette"
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            // By itself it would select what was typed, for the next key to replace.
            event.preventDefault()
            input.current?.focus()
            input.current?.setSelectionRange(before.length, before.length)
          }}
        >
          <Radix.Title className="sr-only">Find or act</Radix.Title>
          <Command label="Find or act" loop>
            <Command.Input
              ref={input}
              placeholder="Find a pipeline, or act"
              value={typed}
              onValueChange={setTyped}
            />
            <Command.List>
              <Command.Empty>
                Nothing has that name. Pipelines, screens and actions are found here.
              </Command.Empty>
              <Command.Group heading="Pipelines">
                {pipelines?.map(({ name, title }) => (
                  <Command.Item
                    key={name}
                    value={`${name} ${title}`}
                    onSelect={() => go(`/pipelines/${name}`)}
                  >
                    <Workflow className="icon" aria-hidden="true" />
                    {name}
                    <span className="truncate text-text-3">{title}</span>
                  </Command.Item>
                ))}
              </Command.Group>
              <Command.Group heading={refusal ? 'Actions (your role may look only)' : 'Actions'}>
                {actions.map(({ id, text, icon: Icon, keywords, draft }) => (
                  <Command.Item
                    key={id}
                    value={text}
                    keywords={keywords}
                    disabled={refusal !== null}
                    onSelect={() => run(() => openPlan(draft))}
                  >
                    <Icon className="icon" aria-hidden="true" />
                    {text}
                  </Command.Item>
                ))}
                {waiting.map(({ id, pipeline }) => (
                  <Command.Item
                    key={id}
                    value={`open proposal ${pipeline} ${id}`}
                    onSelect={() => run(() => open({ planId: id }))}
                  >
                    <Hourglass className="icon" aria-hidden="true" />
                    Open the proposal of {pipeline}…
                  </Command.Item>
                ))}
              </Command.Group>
              <Command.Group heading="Screens">
                {screens.map(({ path, name }) => (
                  <Command.Item key={path} value={`go to ${name}`} onSelect={() => go(path)}>
                    <Compass className="icon" aria-hidden="true" />
                    {name}
                  </Command.Item>
                ))}
              </Command.Group>
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
