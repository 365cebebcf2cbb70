/** A plan and a job as REST gives them, as far as the command line reads them. */
export interface Plan {
  id: string
  kind: string
  items: { label: string; before?: string | null; after?: string | null }[]
  notes?: string[]
  blastRadius: { windows: number; cells: number; consumers?: string[] }
  estimate: {
    seconds: number
    slowSeconds?: number | null
    bytes: number
    events: number
    quota?: { perDay: number; left: number } | null
  }
  preview?: Preview | null
  needsSecond?: boolean
}

interface Preview {
  status: 'queued' | 'running' | 'ready' | 'failed'
  jobId: string
  error: string | null
  diff: {
    cells: number
    changed: number
    beyond: number
    drifting: number
    largest: {
      windowStart: string
      key: string
      measure: string
      before: unknown
      after: unknown
      mainCause: string
    }[]
  } | null
}

export interface Job {
  id: string
  status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'partial'
  progress: number
  error?: string | null
  result?: { publication?: number | null; corrections?: number; guardJob?: string; notes?: string[] } | null
}

const shownCells = 10

export function planText(plan: Plan): string {
  const { items, notes = [], blastRadius, estimate, preview } = plan
  const slow = estimate.slowSeconds ? `, ${Math.ceil(estimate.slowSeconds)} s if slow` : ''
  const consumers = blastRadius.consumers?.length ? [`read by ${blastRadius.consumers.join(', ')}`] : []
  return [
    ...items.map(itemText),
    ...notes,
    `${blastRadius.windows} windows, ${blastRadius.cells} cells, about ${Math.ceil(estimate.seconds)} s${slow}, ${sizeText(estimate.bytes)} read`,
    ...consumers,
    ...(estimate.quota ? [`${sizeText(estimate.quota.left)} of today's quota left`] : []),
    ...(preview?.diff ? diffText(preview.diff) : []),
    ...(plan.needsSecond ? ['a second person has to approve it: parallax plan approve ' + plan.id] : []),
  ].join('\n')
}

const itemText = ({ label, before, after }: Plan['items'][number]) =>
  before != null && after != null ? `${label}: ${before} → ${after}` : label

function diffText({ cells, changed, beyond, drifting, largest }: NonNullable<Preview['diff']>): string[] {
  const more = largest.length > shownCells ? [`and ${largest.length - shownCells} more`] : []
  return [
    `${changed} of ${cells} cells change, ${beyond} beyond the tolerance${drifting > 0 ? `, ${drifting} of them unexplained` : ''}`,
    ...largest
      .slice(0, shownCells)
      .map(
        ({ windowStart, key, measure, before, after, mainCause }) =>
          `  ${windowStart} ${key} ${measure}: ${String(before)} → ${String(after)} (${mainCause})`,
      ),
    ...more.map((line) => `  ${line}`),
  ]
}

export function jobText({ id, status, error, result }: Job): string {
  const flip = result?.publication ? `, publication ${result.publication}` : ''
  const corrections = result?.corrections === undefined ? '' : `, ${result.corrections} cells corrected`
  const guard = result?.guardJob ? `\nwatched by job ${result.guardJob}` : ''
  return `job ${id}: ${status}${flip}${corrections}${error ? `: ${error}` : ''}${guard}`
}

function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${Number((bytes / 1_000 ** power).toPrecision(3))} ${units[power] ?? 'B'}`
}
