import type { ArchiveSource, BatchEngine } from '../batch'
import type { Nats, Pool } from '../clients'
import type { Clock } from '../platform'
import type { UsageMeter } from '../slo'
import type { JobRun } from './job-run'
import type { JobKind } from './model'

/** Law 10: what batch work asks before it goes on. Absent, nothing holds it back. */
export interface Governor {
  /** Before a claim. Kinds that must wait now, by pipeline; `everything`: no job is claimed. */
  admit(): Promise<Admission>
  /**
   * Between two pieces of work: resolves when the job may go on. `bytes` were read since the last call. It says on
   * the run what it decided (`run.govern`), and rejects when `run.signal` aborts.
   */
  pace(run: JobRun, bytes: number): Promise<void>
}

export interface Admission {
  /** Jobs that may run at once, over all workers; null: as many as there are workers. */
  jobs: number | null
  /** Pipelines whose jobs (but scheduled ones) wait, with the reasons: shown on them. */
  held: { pipeline: string; kinds: JobKind[]; reasons: string[] }[]
}

export interface BatchDeps {
  pool: Pool
  nats: Nats
  clock: Clock
  engine: BatchEngine
  archive: ArchiveSource
  governor?: Governor | undefined
  /** Told what the process works on, and for whom. */
  usage?: UsageMeter | undefined
}

/** Does a claimed job: resolves once it has ended it (or given it back), in a transaction of its own. */
export type JobRunner = (deps: BatchDeps, run: JobRun) => Promise<void>
