'use client'
import { Command } from 'cmdk'
import { Compass, History, Undo2, Workflow } from 'lucide-react'
import { useRouter, useSearchParams } from 'next/navigation'
import { Dialog as Radix } from 'radix-ui'
import { useRefusal } from '@/components/account'
import { useConsoleFeed } from '@/components/live'
import { publicationName, useOpenPlan, wholeWindows } from '@/components/plan-dialog'
import { apiRange, currentTime, keepView, rangeEnds, useRange } from '@/components/view'
import type { PipelineListItem } from '@/server/api'
import { screens } from './screens'

/** Finds objects and actions. An action opens its plan, it never fires. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { pipelines } = useConsoleFeed()
  const router = useRouter()
  const params = useSearchParams()
  const openPlan = useOpenPlan()
  const [range] = useRange()
  const refusal = useRefusal('change anything')
  const run = (action: () => void) => {
    onClose()
    action()
  }
  const go = (path: string) => run(() => router.push(keepView(path, params)))
  const recompute = ({ name, windowSizeMs, status }: PipelineListItem) => {
    const now = currentTime()
    const ends = rangeEnds(apiRange(range, status.boundary, now), now)
    openPlan({ kind: 'backfill', pipeline: name, ...wholeWindows(ends, windowSizeMs, now) })
  }
  return (
    <Radix.Root open onOpenChange={(next) => (next ? undefined : onClose())}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Radix.Content className="dialog palette" aria-describedby={undefined}>
          <Radix.Title className="sr-only">Find or act</Radix.Title>
          <Command label="Find or act" loop>
            <Command.Input placeholder="Find a pipeline, or act" />
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
                {pipelines?.map((pipeline) => (
                  <Command.Item
                    key={pipeline.name}
                    value={`recompute ${pipeline.name}`}
                    disabled={refusal !== null}
                    onSelect={() => run(() => recompute(pipeline))}
                  >
                    <History className="icon" aria-hidden="true" />
                    Recompute {pipeline.name}…
                  </Command.Item>
                ))}
                {pipelines
                  ?.filter(({ status }) => status.publication > 0)
                  .map(({ name, status }) => (
                    <Command.Item
                      key={name}
                      value={`roll back ${name}`}
                      disabled={refusal !== null}
                      onSelect={() =>
                        run(() =>
                          openPlan({
                            kind: 'rollback',
                            pipeline: name,
                            to: { publication: status.publication - 1 },
                          }),
                        )
                      }
                    >
                      <Undo2 className="icon" aria-hidden="true" />
                      Roll back {name} to {publicationName(status.publication - 1)}…
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
