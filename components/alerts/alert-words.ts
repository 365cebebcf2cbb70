import { formatDuration, formatNear, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import type { Status } from '@/components/ui'
import type { AlertGroup, AlertView, MutedBy } from '@/server/api'

/** A page is bad, a ticket a warning; what is muted or not yet certain has no colour. */
export const groupStatus = ({ state, severity }: Pick<AlertGroup, 'state' | 'severity'>): Status =>
  state === 'muted' || state === 'pending' ? 'unknown' : severity === 'page' ? 'bad' : 'warn'

/** Causes a person sees as their own line: what another cause explains stands under that one. */
export const ownLines = (groups: readonly AlertGroup[]): AlertGroup[] =>
  groups.filter(({ state, mutedBy }) => state !== 'muted' || mutedBy?.kind !== 'alert')

/** Causes that fire and nobody holds back. */
export const firingGroups = (groups: readonly AlertGroup[]): AlertGroup[] =>
  groups.filter(({ state }) => state === 'firing' || state === 'acknowledged')

/** "11 alerts, 4 causes; 1 muted". */
export function boardSummary(groups: readonly AlertGroup[]): string {
  const live = groups.filter(({ state }) => state !== 'muted')
  const alerts = groups.reduce((sum, group) => sum + group.alerts.length, 0)
  const muted = groups
    .filter(({ state }) => state === 'muted')
    .reduce((sum, group) => sum + group.alerts.length, 0)
  const parts = `${plural(alerts, 'alert')}, ${plural(live.length, 'cause')}`
  return muted > 0 ? `${parts}; ${muted} muted` : parts
}

export interface AlertSection {
  /** Null: of no pipeline. */
  pipeline: string | null
  groups: AlertGroup[]
}

/** A cause that touches several pipelines stands under each; the order of the board holds within. */
export function byPipeline(groups: readonly AlertGroup[]): AlertSection[] {
  const sections = new Map<string | null, AlertGroup[]>()
  for (const group of groups)
    for (const pipeline of group.pipelines.length > 0 ? group.pipelines : [null]) {
      const section = sections.get(pipeline) ?? []
      section.push(group)
      sections.set(pipeline, section)
    }
  return [...sections].map(([pipeline, held]) => ({ pipeline, groups: held }))
}

/** Who has it, and what happens if nobody takes it. */
export function attention(group: AlertGroup, zone: Zone, now: number): string[] {
  const { state, acknowledgedBy, acknowledgedAt, escalatesAt, escalatesTo } = group
  if (state === 'pending') return ['Not certain yet: it fires if it lasts.']
  if (acknowledgedBy !== null)
    return [
      `Acknowledged by ${acknowledgedBy}${acknowledgedAt === null ? '' : ` ${formatNear(acknowledgedAt, zone, now)}`}`,
    ]
  if (group.incidentId === null) return []
  const lines = ['Nobody has acknowledged']
  if (escalatesAt !== null)
    lines.push(
      `${escalatesAt > now ? `escalates in ${formatDuration(escalatesAt - now)}` : 'escalates now'}${escalatesTo ? ` to ${escalatesTo}` : ''}`,
    )
  return lines
}

/** "muted by K. Osei: NATS rolling upgrade, until 15:00, 27 min 53 s left". */
export function mutedText(
  mutedBy: MutedBy,
  until: number | null,
  { zone, now, title }: { zone: Zone; now: number; title?: string | undefined },
): string {
  const by =
    mutedBy.kind === 'alert'
      ? `explained by ${title ?? mutedBy.says}`
      : `${mutedBy.kind === 'maintenance' ? 'maintenance' : 'silenced'}: ${mutedBy.says}`
  if (until === null) return `${by}, until that ends`
  return `${by}, until ${formatNear(until, zone, now)}, ${formatDuration(Math.max(0, until - now))} left`
}

/** Each rule once, the most frequent first: "speed.outage, backlog.growing". */
export function rulesOf(alerts: readonly Pick<AlertView, 'rule'>[]): string {
  const counts = new Map<string, number>()
  for (const { rule } of alerts) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([rule, n]) => (n > 1 ? `${rule} ×${n}` : rule))
    .join(', ')
}

interface Findable {
  title: string
  says: string
  cause: string
  owner: string | null
  pipelines: readonly string[]
  alerts: readonly Pick<AlertView, 'rule' | 'title'>[]
}

/** Every word typed is somewhere in what the cause says of itself. */
export function matchesText(group: Findable, typed: string): boolean {
  const text = [
    group.title,
    group.says,
    group.cause,
    group.owner ?? '',
    ...group.pipelines,
    ...group.alerts.flatMap(({ rule, title }) => [rule, title]),
  ]
    .join('\n')
    .toLowerCase()
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
