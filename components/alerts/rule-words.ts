import { formatCount, formatDuration, formatNumber } from '@/components/format'
import type { AlertRuleView } from '@/server/api'

/** "30 s", "10 %", "1,000 events", "2 periods". */
export function thresholdText({ threshold, unit }: Pick<AlertRuleView, 'threshold' | 'unit'>): string {
  if (threshold === null) return '–'
  if (unit === 's') return formatDuration(threshold * 1_000)
  if (unit === 'share') return `${formatNumber(threshold * 100, 4)} %`
  const figure = threshold >= 1_000 ? formatCount(threshold) : formatNumber(threshold, 4)
  return unit === null ? figure : `${figure} ${unit}`
}

/** What the field of a threshold holds: shares are typed as per cent. */
export const writeThreshold = ({ threshold, unit }: Pick<AlertRuleView, 'threshold' | 'unit'>): string =>
  threshold === null ? '' : String(unit === 'share' ? Number((threshold * 100).toPrecision(12)) : threshold)

/** As it was typed, in the rule's unit; null: not a number. */
export function readThreshold(text: string, unit: string | null): number | null {
  const bare = text.trim().replace(/%$/, '').replaceAll(',', '').trim()
  if (!/^\d+(\.\d+)?$/.test(bare)) return null
  const value = Number(bare)
  return unit === 'share' ? Number((value / 100).toPrecision(12)) : value
}

/** Whole seconds as typed; null: not one, or more than a day. */
export function readSeconds(text: string): number | null {
  const bare = text.trim()
  const value = Number(bare)
  return /^\d{1,6}$/.test(bare) && value <= 86_400 ? value : null
}

type Changeable = 'severity' | 'isEnabled' | 'forS' | 'quietS' | 'threshold' | 'runbook'

/** All changes there are to be: what a rule differs in from what it ships as. */
export function changesOf(
  rules: readonly AlertRuleView[],
  edited: { name: string } & Pick<AlertRuleView, Changeable>,
): Record<string, Partial<Pick<AlertRuleView, Changeable>>> {
  const fields: Changeable[] = ['severity', 'isEnabled', 'forS', 'quietS', 'threshold', 'runbook']
  return Object.fromEntries(
    rules.flatMap((rule) => {
      const wanted = rule.name === edited.name ? edited : rule
      const differing = fields.filter((field) => wanted[field] !== rule.shipped[field])
      return differing.length === 0
        ? []
        : [[rule.name, Object.fromEntries(differing.map((field) => [field, wanted[field]]))]]
    }),
  )
}
