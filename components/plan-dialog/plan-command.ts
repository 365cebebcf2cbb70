import type { Draft } from './draft'

/** The same write as a command line; null where it has no form of its own on the command line. */
export function planCommand(draft: Draft): string | null {
  const words = commandWords(draft)
  return words && `npx parallax ${words.join(' ')} --reason "…"`
}

function commandWords(draft: Draft): string[] | null {
  const { kind, pipeline } = draft
  switch (kind) {
    case 'backfill':
    case 'reconcile':
      return [kind, quoted(pipeline), '--from', iso(draft.from), '--to', iso(draft.to)]
    case 'rollback':
      return 'version' in draft.to
        ? [kind, quoted(pipeline), '--version', String(draft.to.version)]
        : [kind, quoted(pipeline), '--publication', String(draft.to.publication)]
    default:
      return null
  }
}

const iso = (at: number) => new Date(at).toISOString()
const quoted = (text: string) => (/^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
