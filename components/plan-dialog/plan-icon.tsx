import {
  CirclePause,
  CirclePlay,
  CircleX,
  FilePen,
  GitCompareArrows,
  History,
  RotateCcw,
  ShieldAlert,
  ShieldCheck,
  Undo2,
} from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import type { DraftKind } from './draft'

const icons: Record<DraftKind, LucideIcon> = {
  backfill: History,
  reconcile: GitCompareArrows,
  rollback: Undo2,
  pause: CirclePause,
  resume: CirclePlay,
  quarantine: ShieldAlert,
  release: ShieldCheck,
  restart: RotateCcw,
  definition: FilePen,
  cancel: CircleX,
}

/** The same sign for a kind of write wherever it is offered. */
export function PlanIcon({ kind }: { kind: DraftKind }) {
  const Icon = icons[kind]
  return <Icon className="icon" aria-hidden="true" />
}
