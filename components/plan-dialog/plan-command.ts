import type { Draft, Guard, RecomputeDraft } from './draft'

/** The same write as a command line. Null while something is still to be filled in. */
export function planCommand(draft: Draft, reason: string, now: number): string | null {
  const words = commandWords(draft, now)
  return words && ['npx parallax', ...words, '--reason', quoted(reason.trim() || 'why')].join(' ')
}

function commandWords(draft: Draft, now: number): string[] | null {
  const { kind } = draft
  const pipeline = quoted(draft.pipeline)
  const plan = (options: Record<string, unknown>) => [
    'plan',
    kind,
    pipeline,
    '--options',
    quoted(JSON.stringify(options)),
  ]
  switch (kind) {
    case 'backfill':
    case 'reconcile':
      return [kind, pipeline, ...recomputeFlags(draft)]
    case 'rollback':
      return [
        kind,
        pipeline,
        ...('version' in draft.to
          ? ['--version', String(draft.to.version)]
          : ['--publication', String(draft.to.publication)]),
        ...guardFlags(draft.guard),
      ]
    case 'pause':
      return plan({
        layer: draft.layer,
        ...(draft.forMs !== null && { until: iso(now + draft.forMs) }),
      })
    case 'resume':
      return plan({ layer: draft.layer })
    case 'quarantine':
    case 'release':
      return draft.source === null ? null : plan({ source: draft.source })
    case 'restart':
      return plan({ layer: 'speed', from: draft.at })
    case 'definition':
      return draft.change && plan(draft.change)
    case 'cancel':
      return plan({ jobId: draft.jobId })
  }
}

function recomputeFlags({ from, to, keys, mode, order, runAt, retryOf, guard, preview }: RecomputeDraft) {
  return [
    ...['--from', iso(from), '--to', iso(to)],
    ...(keys ? ['--keys', quoted(keys.join(','))] : []),
    ...(mode && mode !== 'all' ? ['--mode', mode] : []),
    ...(order === 'newest' ? ['--newest-first'] : []),
    ...(runAt === undefined ? [] : ['--run-at', iso(runAt)]),
    ...(retryOf ? ['--retry-of', retryOf] : []),
    ...guardFlags(guard),
    ...(preview ? ['--preview'] : []),
  ]
}

function guardFlags(guard: Guard | undefined): string[] {
  if (!guard) return []
  return [
    ...['--guard-minutes', String(guard.minutes)],
    ...(guard.divergence === undefined ? [] : ['--guard-divergence', String(guard.divergence)]),
    ...(guard.freshnessS === undefined ? [] : ['--guard-freshness', String(guard.freshnessS)]),
  ]
}

const iso = (at: number) => new Date(at).toISOString()
const quoted = (text: string) => (/^[\w./:@,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
