import type { AlertFacts, ObjectiveFact } from './facts'
import { finding, type Finding } from './finding'
import type { RuleTable } from './rules'
import { percent, span } from './words'

/** Burns and used-up budgets. A composite follows from its parts, which say it themselves. */
export const judgeObjectives = ({ objectives }: AlertFacts, rules: RuleTable): Finding[] =>
  (objectives ?? [])
    .filter(({ indicator }) => indicator !== null)
    .flatMap((objective) => [...judgeBurns(objective), ...judgeBudget(objective, rules)])

const sharedOf = ({ id, pipeline, owner }: ObjectiveFact) => ({
  cause: `objective:${id}`,
  pipeline,
  objectiveId: id,
  owner,
})

const judgeBurns = (objective: ObjectiveFact): Finding[] =>
  objective.burns
    .filter(({ isFiring }) => isFiring)
    .map(({ pair, severity, longMinutes, shortMinutes, threshold, long }) =>
      finding(`burn.${pair}`, {
        ...sharedOf(objective),
        severity: objective.urgency === 'ticket' ? 'ticket' : severity,
        title: `${objective.title} burns its error budget`,
        says: `It burns ${long?.toFixed(1) ?? 'more than'} × as fast as the budget allows over ${span(longMinutes * 60)} (limit ${threshold})${budgetEnd(objective)}.`,
        evidence: {
          indicator: objective.indicator,
          pair,
          long,
          threshold,
          longMinutes,
          shortMinutes,
          budgetLeft: objective.budgetLeft,
        },
      }),
    )

function budgetEnd({ budgetLeft, exhaustedInS }: ObjectiveFact): string {
  if (budgetLeft !== null && budgetLeft <= 0) return '; the budget is spent'
  return exhaustedInS === null ? '' : `; the budget is gone in ${span(exhaustedInS)}`
}

function judgeBudget(objective: ObjectiveFact, rules: RuleTable): Finding[] {
  const { usedIn24h, indicator, budgetLeft, urgency, title } = objective
  if (usedIn24h === null || objective.status === 'low_traffic') return []
  return ['budget.half', 'budget.spent']
    .filter((rule) => usedIn24h > (rules.get(rule)?.threshold ?? Infinity))
    .map((rule) =>
      finding(rule, {
        ...sharedOf(objective),
        ...(urgency === 'ticket' && { severity: urgency }),
        title: `${title} used ${percent(usedIn24h)} of its error budget in a day`,
        says: `${percent(usedIn24h)} of the budget went in 24 hours${budgetLeft === null ? '' : `; ${percent(Math.max(0, budgetLeft))} is left`}.`,
        evidence: { indicator, usedIn24h, budgetLeft },
      }),
    )
}
