import {
  formatDuration,
  formatMoney,
  formatNumber,
  formatPercent,
  formatShare,
  numberWord,
  plural,
} from '@/components/format'
import type { Overview } from '@/server/api'
import { overallStatus, worse } from './overall-status'
import type { Piece, Statement } from './statement'

type Part<K extends keyof Overview> = Pick<Overview, K | 'at'>

const dayMs = 86_400_000
const objectiveHref = (id: string) => `/objectives/${encodeURIComponent(id)}`
const pipelineHref = (name: string) => `/pipelines/${encodeURIComponent(name)}`
/** "in 30 d", or how long there has been anything to measure. */
export function periodWords(days: number, measuredSince: number | null, at: number): string {
  const known = measuredSince === null ? Infinity : at - measuredSince
  return known < days * dayMs * 0.97
    ? `in the ${formatDuration(Math.max(known, 60_000))} since measuring began`
    : `in ${formatNumber(days, 3)} d`
}

/** How fresh: the share of fresh reads, and who is late now. */
export function freshStatement({ fresh, at }: Part<'fresh'>): Statement {
  const { overall, pipelines, pipelinesTotal, lateTotal, measuredSince } = fresh
  const late = pipelines.filter(({ isLate }) => isLate)
  const href = objectiveHref(overall?.id ?? 'all-freshness')
  const now = lateNow(late, { late: lateTotal, total: pipelinesTotal })
  const heading =
    pipelinesTotal === 0
      ? 'no pipeline yet'
      : lateTotal === 0
        ? 'all pipelines are current'
        : `${numberWord(lateTotal)} ${lateTotal === 1 ? 'pipeline is' : 'pipelines are'} late`
  const status = worse(overallStatus(overall), lateTotal > 0 ? 'warn' : 'ok')
  if (overall?.now.attained == null)
    return {
      status: lateTotal > 0 ? 'warn' : 'unknown',
      heading,
      figure: null,
      href,
      says: [
        {
          text: overall
            ? `No read was measured ${periodWords(overall.days, null, at)}, nobody’s and no probe’s. `
            : 'How fresh reads are is evaluated for the first time within a minute. ',
        },
        ...now,
      ],
    }
  const unders = [...new Set(pipelines.map(({ underMs }) => underMs))]
  const age =
    unders.length === 1 ? `under ${formatDuration(unders[0] ?? 0)} old` : 'fresh enough for its pipeline'
  return {
    status,
    heading,
    figure: { value: formatShare(overall.now.attained), unit: '%' },
    href,
    says: [
      {
        text: `of reads ${periodWords(overall.days, measuredSince, at)} saw data ${age} (target ${formatShare(overall.target)} %). `,
      },
      ...now,
      ...(overall.probeShare >= 0.5
        ? [
            {
              text:
                overall.probeShare > 0.9995
                  ? ' All of these reads were probes.'
                  : ` ${formatPercent(overall.probeShare)} % of these reads were probes.`,
            },
          ]
        : []),
    ],
  }
}

function lateNow(
  [worst]: Overview['fresh']['pipelines'],
  { late, total }: { late: number; total: number },
): Piece[] {
  if (total === 0) return [{ text: 'Apply a definition, and its freshness is told here.' }]
  if (!worst)
    return [{ text: total === 1 ? 'The pipeline is current now.' : `${allOf(total)} are current now.` }]
  const by: Piece = {
    text: `${worst.name} by ${formatDuration(worst.ageMs)}`,
    strong: true,
    href: pipelineHref(worst.name),
  }
  const end: Piece = { text: worst.isRecovering ? ' and catching up.' : ' and not recovering.' }
  const start =
    late > 1
      ? `Now ${numberWord(late)} of ${numberWord(total)} pipelines are late, most of all `
      : total === 1
        ? 'It is late now: '
        : `Now one of ${numberWord(total)} pipelines is late: `
  return [{ text: start }, by, end]
}

const allOf = (total: number): string =>
  total === 2 ? 'Both pipelines' : `All ${numberWord(total)} pipelines`

/** How right: the share of served values that batch later confirmed, and how large corrections are. */
export function rightStatement({ right, at }: Part<'right'>): Statement {
  const { overall, corrections, largestToday, notMet, measuredSince, tolerance } = right
  const href = objectiveHref(overall?.id ?? 'all-correctness')
  const within =
    tolerance === null ? 'within their tolerance' : `within ${formatNumber(tolerance * 100, 3)} %`
  const heading =
    notMet.length > 0
      ? `${numberWord(notMet.length)} ${notMet.length === 1 ? 'pipeline is' : 'pipelines are'} under target`
      : overall?.now.attained == null
        ? 'not confirmed yet'
        : 'all pipelines are on target'
  if (overall?.now.attained == null)
    return {
      status: 'unknown',
      heading,
      figure: null,
      href,
      says: [
        { text: 'Batch has not confirmed any value yet: the first comparison comes with its first run.' },
      ],
    }
  return {
    status: worse(overallStatus(overall), notMet.length > 0 ? 'warn' : 'ok'),
    heading,
    figure: { value: formatShare(overall.now.attained), unit: '%' },
    href,
    says: [
      {
        text: `of values served ${periodWords(overall.days, measuredSince, at)} matched batch ${within} (target ${formatShare(overall.target)} %). `,
      },
      ...(corrections.median === null
        ? [{ text: 'Batch corrected none of them.' }]
        : [
            { text: 'Median correction ' },
            { text: relativeText(corrections.median), strong: true },
            ...largest(largestToday),
          ]),
    ],
  }
}

/** A difference many times the value is a multiple, not thousands of per cent. */
const relativeText = (relative: number): string =>
  relative >= 10 ? `${formatNumber(relative, 2)}×` : `${formatPercent(relative)} %`

function largest(worst: Overview['right']['largestToday']): Piece[] {
  if (!worst) return [{ text: '; none today.' }]
  const { pipeline, measure, windowStart, relative, cause } = worst
  const range = `${new Date(windowStart - 1_800_000).toISOString()}~${new Date(windowStart + 1_800_000).toISOString()}`
  return [
    { text: '; largest today ' },
    {
      text: `${relativeText(relative)}, in ${pipeline}`,
      strong: true,
      href: `/divergence?pipeline=${encodeURIComponent(pipeline)}&measure=${encodeURIComponent(measure)}&range=${range}`,
    },
    { text: ` (${cause}).` },
  ]
}

/** What it cost: spent and forecast against the budget, and what a million events cost. */
export function costStatement({ cost }: Pick<Overview, 'cost'>): Statement {
  const href = '/cost'
  if (!cost)
    return {
      status: 'unknown',
      heading: 'not measured yet',
      figure: null,
      href,
      says: [{ text: 'What the layers use is priced by the hour; the first figures come within minutes.' }],
    }
  const { total, budget, over, currency } = cost
  const money = (amount: number) => formatMoney(amount, currency)
  const heading =
    over.length > 0
      ? `${numberWord(over.length)} ${over.length === 1 ? 'pipeline' : 'pipelines'} will go over`
      : budget
        ? 'within budget'
        : 'no budget is set'
  const figure = money(total.spent)
  const perMillion = total.events > 0 ? (total.spent / total.events) * 1e6 : null
  const forecast = total.forecast.amount
  return {
    status: over.length > 0 ? (budget?.status === 'over' ? 'bad' : 'warn') : budget ? 'ok' : 'unknown',
    heading,
    figure: { value: figure, unit: '' },
    href,
    says: [
      {
        text: budget?.isComparable ? `spent of ${money(budget.monthly)} this month; ` : 'spent this month; ',
      },
      ...(forecast === null
        ? [{ text: 'too little history for a forecast. ' }]
        : [
            { text: 'forecast ' },
            { text: money(forecast), strong: true, href: '/cost' },
            {
              text: `${againstBudget(forecast, budget?.isComparable ? budget.monthly : null)}${cost.total.forecast.confidence === 'rough' ? ', rough so early' : ''}. `,
            },
          ]),
      ...goingOver(cost),
      ...(perMillion === null ? [] : [{ text: `${money(perMillion)} per million events.` }]),
    ],
  }
}

function againstBudget(forecast: number, budget: number | null): string {
  if (budget === null || budget === 0) return ''
  const off = (forecast - budget) / budget
  if (Math.abs(off) < 0.0005) return ', on budget'
  return `, ${formatPercent(Math.abs(off))} % ${off > 0 ? 'over' : 'under'}`
}

function goingOver({ over, pipelines }: NonNullable<Overview['cost']>): Piece[] {
  const [first] = over
  const worst = pipelines.find(({ pipeline }) => pipeline === first)
  if (!worst?.budget || first === undefined) return []
  const { budget } = worst
  const name: Piece = { text: first, strong: true, href: `/cost?pipeline=${encodeURIComponent(first)}` }
  if (budget.used !== null && budget.used > 1)
    return [name, { text: ` has spent ${formatPercent(budget.used - 1)} % more than its own budget. ` }]
  if (budget.forecastUsed !== null && budget.forecastUsed > 1)
    return [name, { text: ` heads for ${formatPercent(budget.forecastUsed - 1)} % over its own budget. ` }]
  return [name, { text: ' comes close to its own budget. ' }]
}

/** The objectives' panel in a few words. */
export const objectivesHeading = ({ objectives }: Pick<Overview, 'objectives'>): string =>
  objectives.total === 0
    ? 'none yet'
    : `worst budget first, ${Math.min(objectives.worst.length, objectives.total)} of ${plural(objectives.total, 'objective')}${objectives.notMet > 0 ? `, ${numberWord(objectives.notMet)} not met` : ''}`
