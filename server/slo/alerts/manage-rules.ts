import { inTransaction, type Pool } from '../../clients'
import { AppError } from '../../platform'
import type { Trail } from '../objectives/model'
import { defaultRules, rulesWith, type AlertRule, type RuleChange } from './rules'
import { lockSettings, selectRuleChanges, writeRuleChanges, type RuleChanges } from './settings-store'

/** A rule in force beside what it ships as. */
export interface AlertRuleView extends Omit<AlertRule, 'needs'> {
  isChanged: boolean
  shipped: Pick<AlertRule, 'severity' | 'isEnabled' | 'forS' | 'quietS' | 'threshold' | 'runbook'>
}

export const readAlertRules = async ({ pool }: { pool: Pool }): Promise<AlertRuleView[]> =>
  viewsOf(await selectRuleChanges(pool))

function viewsOf(changes: RuleChanges): AlertRuleView[] {
  const rules = rulesWith(changes)
  return defaultRules.map((one) => {
    const { needs: _needs, ...rule } = rules.get(one.name) ?? one
    const { severity, isEnabled, forS, quietS, threshold, runbook } = one
    const shipped = { severity, isEnabled, forS, quietS, threshold, runbook }
    return { ...rule, shipped, isChanged: Object.keys(changes[one.name] ?? {}).length > 0 }
  })
}

/** Puts changes in force from the next round on; a rule that is left out, or changed in nothing, is as shipped. */
export async function saveAlertRules(
  { pool, trail }: { pool: Pool; trail: Trail },
  { changes, actor, reason }: { changes: Record<string, RuleChange>; actor: string; reason: string },
): Promise<AlertRuleView[]> {
  const wanted = Object.fromEntries(
    Object.entries(changes).flatMap(([name, change]) => {
      const differing = differingFrom(name, change)
      return Object.keys(differing).length > 0 ? [[name, differing]] : []
    }),
  )
  return inTransaction(pool, async (client) => {
    await lockSettings(client)
    const before = await selectRuleChanges(client)
    await writeRuleChanges(client, wanted)
    await trail(client, {
      actor,
      action: 'alertRules.set',
      object: 'alert rules',
      detail: { change: { rules: { from: before, to: wanted } }, reason },
    })
    return viewsOf(wanted)
  })
}

function differingFrom(name: string, change: RuleChange): RuleChange {
  const shipped = defaultRules.find((one) => one.name === name)
  if (!shipped)
    throw new AppError(
      'bad_request',
      `Saving the alert rules failed: there is no rule ${name}. Use one of ${defaultRules.map((one) => one.name).join(', ')}.`,
    )
  if (shipped.threshold === null && change.threshold != null)
    throw new AppError(
      'bad_request',
      `Saving the alert rules failed: ${name} has no threshold. Leave it out.`,
    )
  const entries = Object.entries(change) as [keyof RuleChange, unknown][]
  return Object.fromEntries(
    entries.filter(([field, value]) => value !== undefined && value !== shipped[field]),
  )
}
