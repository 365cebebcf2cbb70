import type { StepRun } from './model'

/** Share of the checks that were carried out whose last outcome passed; null: none was. */
export function scoreOf(steps: readonly Pick<StepRun, 'step' | 'kind' | 'outcome'>[]): number | null {
  const last = new Map<string, StepRun['outcome']>()
  for (const { step, kind, outcome } of steps)
    if ((kind === 'check' || kind === 'gate') && outcome !== 'skipped') last.set(step, outcome)
  if (last.size === 0) return null
  return [...last.values()].filter((outcome) => outcome === 'passed').length / last.size
}
