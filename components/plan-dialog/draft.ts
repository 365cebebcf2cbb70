/** What is asked for, before the server has planned it. */
export type Draft =
  | RecomputeDraft
  | RollbackDraft
  | PauseDraft
  | { kind: 'resume'; pipeline: string; layer: Layer }
  | { kind: 'quarantine'; pipeline: string; source: string | null }
  | { kind: 'release'; pipeline: string; source: string }
  | RestartDraft
  | DefinitionDraft
  | { kind: 'cancel'; pipeline: string; jobId: string }

export type DraftKind = Draft['kind']
export type Layer = 'speed' | 'batch'
export type BackfillMode = 'all' | 'missing' | 'failed' | 'divergent'

export interface RecomputeDraft {
  kind: 'backfill' | 'reconcile'
  pipeline: string
  from: number
  to: number
  /** Only windows where one of these keys has a cell. */
  keys?: string[]
  /** Of a backfill: which windows. */
  mode?: BackfillMode
  order?: 'newest' | 'oldest'
  /** Not before this instant. */
  runAt?: number
  /** The job whose failed ranges are tried again. */
  retryOf?: string
  guard?: Guard
  /** The windows are computed and compared on a staged version before anything is put in force. */
  preview?: boolean
}

export interface RollbackDraft {
  kind: 'rollback'
  pipeline: string
  to: { version: number } | { publication: number }
  guard?: Guard
}

/** For some minutes after the publication, what takes it back by itself. */
export interface Guard {
  minutes: number
  /** Relative, 0 to 1. */
  divergence?: number
  freshnessS?: number
}

export interface PauseDraft {
  kind: 'pause'
  pipeline: string
  layer: Layer
  /** From the moment of planning; null: until a person resumes. */
  forMs: number | null
}

export interface RestartDraft {
  kind: 'restart'
  pipeline: string
  at: { cut: 'last' } | { seq: number }
}

export interface DefinitionDraft {
  kind: 'definition'
  pipeline: string
  /** `null`: the text is still to be written. */
  change: { definition: string } | { shadow: string } | { promote: true } | { drop: true } | null
}

/** Whether the server can plan it, or the person has something to fill in first. */
export function isComplete(draft: Draft): boolean {
  if (draft.kind === 'quarantine') return draft.source !== null
  if (draft.kind === 'definition') return draft.change !== null
  return true
}

/** Whole windows, at least one, that end no later than now: what a recompute can be asked for. */
export function wholeWindows(range: { from: number; to: number }, windowSizeMs: number, now: number) {
  const last = Math.floor(now / windowSizeMs) * windowSizeMs
  const to = Math.min(Math.ceil(range.to / windowSizeMs) * windowSizeMs, last)
  const from = Math.min(Math.floor(range.from / windowSizeMs) * windowSizeMs, to - windowSizeMs)
  return { from, to }
}
