import type { ChartLine, Tick } from '@/components/chart'
import type { ObjectiveDetail } from '@/server/api'
import { budgetFigure } from './objective-words'

export type Knowledge = 'now' | 'then' | 'both'

export interface BudgetDrawing {
  from: number
  to: number
  low: number
  high: number
  yTicks: Tick[]
  lines: ChartLine[]
  /** Where what happened ends and the projection begins; null: it is outside of what is shown. */
  boundary: number | null
  marks: { at: number; label: string }[]
  corrected: { from: number; to: number }[]
}

const futureShare = 0.12
const marksShown = 6
/** Overspent further than this the line stays at the bottom: how far is said beside it. */
const lowest = -1

interface DrawInput {
  detail: ObjectiveDetail
  knowledge: Knowledge
  zoom: { from: number; to: number } | null
  now: number
}

/** Decides everything that the budget's graph shows; draws nothing. */
export function drawBudget({ detail, knowledge, zoom, now }: DrawInput): BudgetDrawing {
  const { graph, view, episodes } = detail
  const { state } = view
  // Before the first value nothing is known: a young window is not drawn mostly empty.
  const start =
    (graph.find((point) => point.now !== null || point.then !== null) ?? graph[0])?.at ??
    state?.from ??
    now - 86_400_000
  const end = Math.max(graph.at(-1)?.at ?? now, start + 60_000)
  const from = zoom?.from ?? start
  const to = zoom?.to ?? end + (end - start) * futureShare
  const inside = graph.filter(({ at }) => at >= from && at <= to)
  const points = (of: 'now' | 'then') => inside.map((point) => ({ at: point.at, value: point[of] }))
  const parted = partedFrom(inside)
  const then =
    knowledge === 'both' ? points('then').filter(({ at }) => parted !== null && at >= parted) : points('then')
  const left = { now: state?.now.budgetLeft ?? null, then: state?.then.budgetLeft ?? null }
  const isThenShown = knowledge === 'then' || (knowledge === 'both' && then.length > 0)
  const isNowShown = knowledge !== 'then'
  const projected = projection({ at: end, left: left.now, exhaustedInS: state?.exhaustedInS ?? null, to })
  const values = inside.flatMap((point) => [point.now, point.then].filter((value) => value !== null))
  const low = Math.max(lowest, Math.min(0, floorTo(Math.min(0, ...values), 0.25)))
  return {
    from,
    to,
    low,
    high: 1,
    yTicks: ticksOf(low),
    lines: [
      ...(isThenShown
        ? [
            {
              points: then,
              look: 'provisional' as const,
              ...(left.then === null || (isNowShown && left.then <= low)
                ? {}
                : { end: { text: `${budgetText(left.then)} then` } }),
            },
          ]
        : []),
      ...(knowledge === 'then'
        ? []
        : [
            {
              points: points('now'),
              look: 'settled' as const,
              hasArea: low === 0,
              ...(left.now === null
                ? {}
                : {
                    end: {
                      text: `${budgetText(left.now)}${isThenShown ? ' now' : ''}`,
                      below: isThenShown && (left.then ?? 0) >= left.now && left.now > low,
                    },
                  }),
            },
          ]),
      ...(projected && !zoom ? [{ points: projected, look: 'projection' as const }] : []),
    ],
    boundary: end > from && end < to ? end : null,
    marks: episodes
      .filter(({ incidentId, from: at }) => incidentId !== null && at >= from && at <= to)
      .sort((a, b) => b.budgetUsed - a.budgetUsed)
      .slice(0, marksShown)
      .map(({ incidentId, from: at }) => ({ at, label: `INC-${incidentId}` })),
    corrected: correctedSpans(inside),
  }
}

function budgetText(left: number): string {
  const { value, unit } = budgetFigure(left)
  return unit === '%' ? `${value} %` : `${value}${unit}`
}

const floorTo = (value: number, step: number) => Math.floor(value / step) * step

function ticksOf(low: number): Tick[] {
  const ticks: Tick[] = []
  for (let at = low; at <= 1.001; at += low < -0.5 ? 0.5 : 0.25)
    ticks.push({ at, label: `${Math.round(at * 100)} %`.replace('-', '−') })
  return ticks
}

/** The first point from which on what is known now is not what was known then. */
function partedFrom(graph: ObjectiveDetail['graph']): number | null {
  const index = graph.findIndex(
    (point) => point.now !== null && point.then !== null && Math.abs(point.now - point.then) > 1e-6,
  )
  return index === -1 ? null : (graph[Math.max(0, index - 1)]?.at ?? null)
}

interface ProjectInput {
  at: number
  left: number | null
  exhaustedInS: number | null
  to: number
}

/** At the rate of the last hour, until nothing is left or the graph ends. */
function projection({ at, left, exhaustedInS, to }: ProjectInput): { at: number; value: number }[] | null {
  if (left === null || left <= 0 || exhaustedInS === null || exhaustedInS <= 0) return null
  const goneAt = at + exhaustedInS * 1_000
  const end = Math.min(goneAt, to)
  return [
    { at, value: left },
    { at: end, value: left * (1 - (end - at) / (goneAt - at)) },
  ]
}

function correctedSpans(graph: ObjectiveDetail['graph']): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = []
  graph.forEach(({ at, corrected }, i) => {
    if (!corrected) return
    const before = graph[i - 1]?.at ?? at
    const last = spans.at(-1)
    if (last && last.to >= before) last.to = at
    else spans.push({ from: before, to: at })
  })
  return spans
}

/** What a rolling window will give back within a day: the bad ones of its oldest day, as share of the budget. */
export function leavesSoon({
  view,
  days,
}: ObjectiveDetail): { day: number; bad: number; share: number } | null {
  const oldest = days.find(({ total }) => total > 0)
  const { window, state } = view
  if (window.kind !== 'rolling' || !state || !oldest || !state.budgetTotal) return null
  // A window that is not full yet gives nothing back.
  if (oldest.day > state.from + 86_400_000) return null
  const bad = oldest.total - oldest.good
  return { day: oldest.day, bad, share: bad / state.budgetTotal }
}
