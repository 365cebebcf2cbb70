import { formatRange } from '@/components/format'
import type { Zone } from '@/components/format'
import type { Draft, DraftKind } from './draft'

const verbs: Record<DraftKind, string> = {
  backfill: 'Backfill',
  reconcile: 'Reconcile',
  rollback: 'Roll back',
  pause: 'Pause',
  resume: 'Resume',
  quarantine: 'Quarantine',
  release: 'Release',
  restart: 'Restart',
  definition: 'Change',
  cancel: 'Cancel',
}
const planVerb = (kind: DraftKind): string => verbs[kind]

/** The name of a plan, as its dialog and its toast carry it. */
export function draftTitle(draft: Draft, zone: Zone, now: number): string {
  const { kind, pipeline } = draft
  switch (kind) {
    case 'backfill':
    case 'reconcile':
      return `${verbs[kind]} ${pipeline}, ${formatRange(draft.from, draft.to, zone, now)}`
    case 'rollback':
      return 'version' in draft.to
        ? `Roll back ${pipeline} to v${draft.to.version}`
        : `Roll back ${pipeline} to ${publicationName(draft.to.publication)}`
    case 'pause':
      return `Pause ${draft.layer} of ${pipeline}`
    case 'resume':
      return `Resume ${draft.layer} of ${pipeline}`
    case 'quarantine':
      return draft.source === null
        ? `Quarantine a producer of ${pipeline}`
        : `Quarantine ${draft.source} in ${pipeline}`
    case 'release':
      return `Release ${draft.source} in ${pipeline}`
    case 'restart':
      return `Restart speed of ${pipeline}`
    case 'definition':
      return definitionTitle(draft.change, pipeline)
    case 'cancel':
      return `Cancel a job of ${pipeline}`
  }
}

function definitionTitle(change: Extract<Draft, { kind: 'definition' }>['change'], pipeline: string): string {
  if (change && 'shadow' in change) return `Run a new definition of ${pipeline} in shadow`
  if (change && 'promote' in change) return `Promote the shadow of ${pipeline}`
  if (change && 'drop' in change) return `Drop the shadow of ${pipeline}`
  return `Change the definition of ${pipeline}`
}

/** What the button says: a verb and its object. */
export function applyWords(draft: Draft): string {
  if (draft.kind === 'definition' && draft.change) {
    if ('promote' in draft.change) return 'Promote shadow'
    if ('drop' in draft.change) return 'Drop shadow'
    return 'shadow' in draft.change ? 'Start shadow' : 'Apply definition'
  }
  const words: Record<DraftKind, string> = {
    backfill: 'Apply backfill',
    reconcile: 'Apply reconcile',
    rollback: 'Apply roll back',
    pause: 'Pause layer',
    resume: 'Resume layer',
    quarantine: 'Quarantine producer',
    release: 'Release producer',
    restart: 'Restart speed',
    definition: 'Apply definition',
    cancel: 'Cancel job',
  }
  return words[draft.kind]
}

/** What the write does, in one sentence; nothing of it happens before it is applied. */
export function describeDraft(draft: Draft): string {
  const text = describeKind(draft)
  return `${text} Nothing changes until you apply.`
}

function describeKind(draft: Draft): string {
  switch (draft.kind) {
    case 'backfill':
      return 'Count these windows again from the archive at a new cut and put the result in force in one step.'
    case 'reconcile':
      return 'Compare what is served with an exact recount at a new cut, and put the exact answers in force.'
    case 'rollback':
      return 'All windows move in one step, and can be moved back.'
    case 'pause':
      return draft.layer === 'speed'
        ? 'The speed layer stops after its next commit and keeps its position: answers age, no event is lost.'
        : 'No batch run starts or publishes. The speed layer goes on, so answers stay fresh and provisional.'
    case 'resume':
      return draft.layer === 'speed'
        ? 'The speed layer goes on from its own position and catches up.'
        : 'Batch runs start again; what is due runs at once.'
    case 'quarantine':
      return 'New events of this producer are kept aside instead of being counted; the windows they belong to read partial until they are put back.'
    case 'release':
      return 'New events of this producer count again, and those kept aside are put back into the log.'
    case 'restart':
      return 'seq' in draft.at
        ? 'The speed layer goes on from this position; what it leaves out reads partial until batch has counted it.'
        : 'The speed layer drops what it counted after the last cut and reads the log again from there.'
    case 'definition':
      return describeChange(draft.change)
    case 'cancel':
      return 'The job stops after the range in hand. What it has published stays; what it has staged is dropped.'
  }
}

function describeChange(change: Extract<Draft, { kind: 'definition' }>['change']): string {
  if (change && 'promote' in change)
    return 'What ran in shadow answers from now on; the definition it replaces is kept in the history.'
  if (change && 'drop' in change)
    return 'Both layers stop computing the shadow and what they computed for it is removed.'
  if (change && 'shadow' in change)
    return 'Both layers compute the new definition beside the one in force; nobody is served from it.'
  return 'The new definition is put in force as the next version.'
}

/** How a mistake is taken back. */
export function undoWords(draft: Draft): string {
  switch (draft.kind) {
    case 'backfill':
    case 'reconcile':
      return 'To undo, roll back to the publication before: the last versions are kept.'
    case 'rollback':
      return 'To undo, roll forward again: the versions are kept.'
    case 'pause':
      return 'To undo, resume: the layer goes on where it stopped.'
    case 'resume':
      return 'To undo, pause it again.'
    case 'quarantine':
      return 'To undo, release: the events kept aside are put back.'
    case 'release':
      return 'Put back is put back: events in the log are never removed. New ones can be quarantined again.'
    case 'restart':
      return 'seq' in draft.at
        ? 'To undo, restart from the last cut: everything after it is counted again.'
        : 'Nothing to undo: the same events are counted again, to the same figures.'
    case 'definition':
      return draft.change && 'drop' in draft.change
        ? 'To undo, start the shadow again: it is computed anew.'
        : draft.change && 'shadow' in draft.change
          ? 'To undo, drop the shadow.'
          : 'To undo, apply the definition before: it is in the history.'
    case 'cancel':
      return 'To undo, plan the same again: a cancelled job is not taken up.'
  }
}

/** Before the first publication speed alone answers. */
export function publicationName(number: number): string {
  return number === 0 ? 'before the first publication' : `publication ${number}`
}

/** What has been done, for a toast. */
export function doneWords(draft: Draft): string {
  if (draft.kind === 'resume') return `Resumed ${draft.layer} of ${draft.pipeline}`
  if (draft.kind === 'pause') return `Paused ${draft.layer} of ${draft.pipeline}`
  return `${planVerb(draft.kind)} ${draft.pipeline}: done`
}
