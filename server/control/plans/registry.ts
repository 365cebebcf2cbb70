import type { PlanKind } from '../model'
import { backfill } from './backfill'
import { cancel } from './cancel'
import type { PlanCommand } from './command'
import { definition } from './definition'
import { pause } from './pause'
import { quarantine } from './quarantine'
import { reconcile } from './reconcile'
import { release } from './release'
import { restart } from './restart'
import { resume } from './resume'
import { rollback } from './rollback'

/** Every kind of plan: a line here, its command beside. */
const commands = {
  reconcile,
  backfill,
  rollback,
  pause,
  resume,
  quarantine,
  release,
  restart,
  definition,
  cancel,
} satisfies Partial<Record<PlanKind, PlanCommand<never>>>

type Commands = typeof commands

/** What is asked for, kind by kind, as the commands read it. */
export type PlanRequest = {
  [Kind in keyof Commands]: Commands[Kind] extends PlanCommand<infer Request>
    ? { kind: Kind; pipeline: string } & Request
    : never
}[keyof Commands]

/** The caller's request is of the kind it names, so its command may read it. */
export const commandOf = (kind: PlanKind): PlanCommand<object> | undefined =>
  (commands as Partial<Record<PlanKind, PlanCommand<object>>>)[kind]
