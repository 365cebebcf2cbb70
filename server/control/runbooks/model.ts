/** What the screens and the REST face show of runbooks. Instants are epoch ms. */
export type StepKind = 'check' | 'plan' | 'note'

interface StepBase {
  id: string
  title: string
  /** Passing it says that the fault is mended: it ends a run as solved. */
  isGate: boolean
}

/** A named query whose result is expected to be so. */
export interface CheckStep extends StepBase {
  kind: 'check'
  query: string
  args: Record<string, string | number | boolean>
  /** CEL on the result, as `data.seconds < 5`. */
  expect: string
  /** What to do when it is not so. */
  otherwise: string | null
}

/** A write, opened as a plan with everything filled in. */
export interface PlanStep extends StepBase {
  kind: 'plan'
  plan: {
    kind: string
    pipeline: string
    from?: string
    to?: string
    options: Record<string, unknown>
  }
}

/** What a person does or decides, and says that it is done. */
export interface NoteStep extends StepBase {
  kind: 'note'
}

export type Step = CheckStep | PlanStep | NoteStep

/** A runbook in the order it is read: text between steps. */
export type Block = { kind: 'text'; markdown: string } | { kind: 'step'; step: Step }

export interface ParsedRunbook {
  name: string
  title: string
  /** Alert rules it is for. */
  rules: string[]
  /** One line: when to use it. */
  summary: string
  blocks: Block[]
}

/** Names that a text may ask to be filled in. */
export const variableNames = [
  'pipeline',
  'from',
  'to',
  'cause',
  'incident',
  'rule',
  'producer',
  'principal',
  'job',
] as const
export type VariableName = (typeof variableNames)[number]
export type Variables = Partial<Record<VariableName, string>>

export interface RunbookProblem {
  /** Line in the text, from 1. */
  line: number
  path: string
  expected: string
}

export interface RunbookListItem {
  name: string
  title: string
  summary: string
  rules: string[]
  version: number
  changedAt: number
  /** Runs that ended; of these, solved ones. */
  finished: number
  solved: number
  running: number
  lastRunAt: number | null
  /** Middle of how long solved runs took. */
  medianMs: number | null
}

export interface RunbookVersionView {
  version: number
  at: number
  by: string
  reason: string | null
}

export interface RunbookDetail extends RunbookListItem {
  text: string
  /** Shown version; `version` is the one in force. */
  shown: number
  blocks: Block[]
  versions: RunbookVersionView[]
  runs: RunSummary[]
}

export type RunOutcome = 'solved' | 'not solved' | 'given up'

export interface RunSummary {
  id: string
  runbook: string
  title: string
  version: number
  incidentId: number | null
  startedBy: string
  startedAt: number
  finishedAt: number | null
  outcome: RunOutcome | null
  /** Share of its checks whose last outcome passed; null before the end. */
  score: number | null
}

export type StepOutcome = 'passed' | 'failed' | 'done' | 'skipped'

/** One carrying-out of a step. The last one counts; earlier ones stay as evidence. */
export interface StepRun {
  id: number
  step: string
  kind: StepKind | 'gate'
  outcome: StepOutcome
  actor: string
  at: number
  evidence: Record<string, unknown>
}

/** What a plan that was applied in a step has come to. */
export interface StepJob {
  jobId: string
  kind: string
  status: string
  progress: number
  error: string | null
}

export interface RunDetail extends RunSummary {
  variables: Variables
  /** With the variables filled in. */
  blocks: Block[]
  /** By step: variables it needs that nobody has given. */
  missing: Record<string, VariableName[]>
  steps: StepRun[]
  jobs: StepJob[]
}

/** What a check found, whether or not it was what was expected. */
export interface CheckResult {
  query: string
  args: Record<string, string | number | boolean>
  result: Record<string, string | number | boolean | null>
  expect: string
  passed: boolean
  /** The result in a sentence. */
  says: string
}
