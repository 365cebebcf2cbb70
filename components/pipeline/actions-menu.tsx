'use client'
import { ChevronDown, CirclePause, CirclePlay, FilePen, RotateCcw, ShieldAlert, Undo2 } from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { publicationName, useOpenPlan } from '@/components/plan-dialog'
import type { Draft, Layer } from '@/components/plan-dialog'
import { Button } from '@/components/ui'

const hourMs = 3_600_000

interface ActionsMenuProps {
  name: string
  publication: number
  /** Layers that stand still now. */
  paused: readonly Layer[]
  /** Why this person may not act; null: they may. */
  refusal: string | null
}

/** Every write of a pipeline that is not a recompute. Each opens its plan; none fires. */
export function ActionsMenu({ name, publication, paused, refusal }: ActionsMenuProps) {
  const openPlan = useOpenPlan()
  const layer = (which: Layer): Entry =>
    paused.includes(which)
      ? {
          icon: CirclePlay,
          text: `Resume ${which}…`,
          draft: { kind: 'resume', pipeline: name, layer: which },
        }
      : {
          icon: CirclePause,
          text: `Pause ${which}…`,
          draft: { kind: 'pause', pipeline: name, layer: which, forMs: hourMs },
        }
  const entries: Entry[] = [
    {
      icon: Undo2,
      text:
        publication > 0
          ? `Roll back to ${publicationName(publication - 1)}…`
          : 'Roll back: nothing published yet',
      draft:
        publication > 0 ? { kind: 'rollback', pipeline: name, to: { publication: publication - 1 } } : null,
    },
    layer('speed'),
    layer('batch'),
    {
      icon: RotateCcw,
      text: 'Restart speed…',
      draft: { kind: 'restart', pipeline: name, at: { cut: 'last' } },
    },
    {
      icon: ShieldAlert,
      text: 'Quarantine a producer…',
      draft: { kind: 'quarantine', pipeline: name, source: null },
    },
    {
      icon: FilePen,
      text: 'Change definition…',
      draft: { kind: 'definition', pipeline: name, change: null },
    },
  ]
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <Button>
          Actions
          <ChevronDown className="icon" aria-hidden="true" />
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6} collisionPadding={8}>
          {refusal ? <p className="menu-label max-w-[240px]">{refusal}</p> : null}
          {entries.map(({ icon: Icon, text, draft }) => (
            <DropdownMenu.Item
              key={text}
              className="menu-item"
              disabled={refusal !== null || draft === null}
              onSelect={() => {
                if (draft) openPlan(draft)
              }}
            >
              <Icon className="icon" aria-hidden="true" />
              {text}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

interface Entry {
  icon: LucideIcon
  text: string
  /** Null: it cannot be done now, and its text says why. */
  draft: Draft | null
}
