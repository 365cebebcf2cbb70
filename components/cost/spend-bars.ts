import { valueTicks } from '@/components/chart'
import type { Tick } from '@/components/chart'
import { csvRows } from '@/components/format'
import type { CostLayer, CostReport, LayerAmounts } from '@/server/api'
import { layersShown, spentOf } from './cost-words'
import type { Grain } from './use-costs'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const mostHours = 48
const leastHours = 12

export interface SpendBar {
  at: number
  /** Null: nobody measured it. */
  layers: LayerAmounts | null
  spent: number
  /** It has not ended: what is drawn is so far. */
  isOpen: boolean
  isUnusual: boolean
}

export interface SpendBars {
  bars: SpendBar[]
  stepMs: number
  from: number
  to: number
  /** What a bar of the rest of the month is forecast to be; null: not shown, or not known. */
  forecast: number | null
  high: number
  yTicks: Tick[]
}

type Report = Pick<CostReport, 'at' | 'from' | 'to' | 'days' | 'hours' | 'anomalies' | 'total'>

/** A bar for each hour of the last two days, or each day of the month; a bar that was not measured is a gap. */
export function spendBars(report: Report, grain: Grain): SpendBars {
  const { at, total } = report
  const stepMs = grain === 'hours' ? hourMs : dayMs
  const end = Math.min(at, report.to - 1)
  const last = Math.floor(end / stepMs) * stepMs
  const from = grain === 'hours' ? hoursFrom(report, last) : report.from
  const to = grain === 'hours' ? last + hourMs : report.to
  const measured = new Map<number, LayerAmounts>(
    grain === 'hours'
      ? report.hours.map(({ hour, layers }) => [hour, layers])
      : report.days.map(({ day, layers }) => [day, layers]),
  )
  const unusual = new Set(report.anomalies.map(({ hour }) => Math.floor(hour / stepMs) * stepMs))
  const bars: SpendBar[] = []
  for (let start = from; start <= last; start += stepMs) {
    const layers = measured.get(start) ?? null
    bars.push({
      at: start,
      layers,
      spent: layers ? spentOf(layers) : 0,
      isOpen: start + stepMs > at,
      isUnusual: unusual.has(start),
    })
  }
  const restMs = report.to - at
  const forecast =
    grain === 'days' && total.forecast.amount !== null && restMs > 0
      ? ((total.forecast.amount - total.spent) / restMs) * dayMs
      : null
  const high = Math.max(forecast ?? 0, ...bars.map(({ spent }) => spent), 1e-9)
  const yTicks = valueTicks(0, high)
  return { bars, stepMs, from, to, forecast, high: yTicks.at(-1)?.at ?? high, yTicks }
}

/** A young installation is not drawn as an empty one. */
function hoursFrom({ hours }: Pick<CostReport, 'hours'>, last: number): number {
  const first = hours[0]?.hour ?? last
  const shown = Math.min(mostHours, Math.max(leastHours, (last - first) / hourMs + 1))
  return last - (shown - 1) * hourMs
}

/** Days say nothing while there is one of them. */
export const grainOf = (report: Pick<CostReport, 'days'>, chosen: Grain | null): Grain =>
  chosen ?? (report.days.length < 3 ? 'hours' : 'days')

export function barsCsv(report: CostReport, grain: Grain): string {
  return csvRows([
    ['from', 'currency', 'spent', ...layersShown],
    ...spendBars(report, grain).bars.flatMap(({ at, spent, layers }) =>
      layers
        ? [
            [
              new Date(at).toISOString(),
              report.prices.currency,
              spent,
              ...layersShown.map((layer) => layers[layer]),
            ],
          ]
        : [],
    ),
  ])
}

/** What is told apart in a bar: more tones would be a rainbow, and the list beside it has every layer. */
export const tones = ['batch', 'speed', 'other', 'idle'] as const
export type Tone = (typeof tones)[number]

export const toneOf = (layer: CostLayer): Tone =>
  layer === 'batch' || layer === 'speed' || layer === 'idle' ? layer : 'other'

/** The parts of a bar, from below. */
export function stackOf(layers: LayerAmounts): { tone: Tone; from: number; to: number }[] {
  const amounts = { batch: 0, speed: 0, other: 0, idle: 0 }
  for (const layer of layersShown) amounts[toneOf(layer)] += layers[layer]
  const upTo = (place: number) => tones.slice(0, place).reduce((sum, tone) => sum + amounts[tone], 0)
  return tones.flatMap((tone, i) => (amounts[tone] > 0 ? [{ tone, from: upTo(i), to: upTo(i + 1) }] : []))
}
