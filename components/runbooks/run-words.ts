import type { RunDetail, RunSummary, Step, StepRun } from '@/server/api'
import type { Status } from '@/components/ui'

export const outcomeStatus = (outcome: StepRun['outcome'] | null): Status => {
  if (outcome === 'passed' || outcome === 'done') return 'ok'
  return outcome === 'failed' ? 'bad' : 'unknown'
}

export const runStatus = ({ outcome }: Pick<RunSummary, 'outcome'>): Status => {
  if (outcome === 'solved') return 'ok'
  return outcome === null ? 'unknown' : 'warn'
}

/** The last carrying-out of each step: what counts. */
export function lastRuns(run: Pick<RunDetail, 'steps'>): Map<string, StepRun> {
  return new Map(run.steps.map((step) => [step.step, step]))
}

export const stepsOf = ({ blocks }: Pick<RunDetail, 'blocks'>): Step[] =>
  blocks.flatMap((block) => (block.kind === 'step' ? [block.step] : []))

/** "3 of 7": below a hundred a count says more than a share. */
export function scoreText({ finished, solved }: { finished: number; solved: number }): string {
  return finished === 0 ? 'never carried out' : `${solved} of ${finished} solved`
}
