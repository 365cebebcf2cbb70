import type { BudgetEpisode, ObjectiveSpec } from '../model'
import type { Counted } from './counted'
import { badText, indicatorTable } from './indicator-table'
import { hourMs, minuteMs, type Span } from './objective-window'

type Told = Pick<ObjectiveSpec, 'sli' | 'budgeting' | 'target'>

interface Spell extends Span {
  badThen: number
  badNow: number
  totalNow: number
  /** Of the good minutes after its last bad one: its own when another bad one follows. */
  after: number
}

const episodesLimit = 50
/** Bad minutes this close are one episode. */
const gapMs = 15 * minuteMs

/** What used the budget: the worst stretches with errors, newest first. */
export function episodesOf(
  spec: Told,
  counted: Counted,
  { span, stepMs, budgetTotal }: { span: Span; stepMs: number; budgetTotal: number | null },
): Omit<BudgetEpisode, 'incidentId'>[] {
  return spellsOf(counted, span, stepMs)
    .sort((a, b) => bad(b) - bad(a))
    .slice(0, episodesLimit)
    .sort((a, b) => b.from - a.from)
    .map((spell) => ({
      from: spell.from,
      to: spell.to,
      isGoingOn: spell.to > span.to - gapMs / 3,
      bad: bad(spell),
      budgetUsed: budgetTotal === null || budgetTotal === 0 ? 0 : spell.badNow / budgetTotal,
      known: isRestated(spell) ? ('restated' as const) : ('then' as const),
      says: says(spec, spell),
    }))
}

function spellsOf(counted: Counted, { from, to }: Span, stepMs: number): Spell[] {
  const spells: Spell[] = []
  for (let at = from; at < to; at += stepMs) {
    const end = Math.min(to, at + stepMs)
    const { then, now } = counted.over({ from: at, to: end })
    const step = {
      badThen: then.total - then.good,
      badNow: now.total - now.good,
      totalNow: now.total,
    }
    const last = spells.at(-1)
    if (last && at - last.to <= (stepMs >= hourMs ? 0 : gapMs)) {
      last.after += step.totalNow
      if (!isBad(step)) continue
      last.to = end
      last.totalNow += last.after
      last.after = 0
      last.badThen += step.badThen
      last.badNow += step.badNow
    } else if (isBad(step)) spells.push({ from: at, to: end, ...step, after: 0 })
  }
  return spells
}

/** Less than this is the arithmetic's own. */
const rounding = 1e-6

const isBad = ({ badThen, badNow }: Pick<Spell, 'badThen' | 'badNow'>) =>
  badThen > rounding || badNow > rounding
const bad = ({ badThen, badNow }: Pick<Spell, 'badThen' | 'badNow'>) => Math.max(badThen, badNow)
const isRestated = ({ badThen, badNow }: Spell) => Math.abs(badNow - badThen) > bad({ badThen, badNow }) / 2

function says({ sli, budgeting, target }: Told, spell: Spell): string {
  const found = !isRestated(spell)
    ? ''
    : spell.badNow > spell.badThen
      ? ', as batch found later'
      : ' as it was known then; batch has put most of it right'
  const count = number(bad(spell))
  const total = number(Math.max(spell.totalNow, bad(spell)))
  if (sli === null) return `Its parts fell short by what ${count} of ${total} bad ones are${found}`
  if (budgeting.method === 'occurrences')
    return `${count} of ${total} ${indicatorTable[sli.indicator].counted} ${badText(sli.indicator, sli.threshold)}${found}`
  const slices = `${count} of ${total} slices of ${budgeting.minutes} min`
  const share = (budgeting.method === 'timeslices' ? budgeting.target : target) * 100
  return `${slices} fell short of ${Number(share.toPrecision(6))} %${found}`
}

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 })
