import type { LatencyHeat } from '@/server/api'

/** Cells of one tone, by column and row; tone 0 is the palest. */
export interface ToneCells {
  tone: number
  cells: { col: number; row: number }[]
}

export const tones = 6

/** A cell's tone by how many of the map's events it holds, in logarithmic steps: one event is seen, a crowd does not hide it. */
export function toneOf(count: number, most: number): number {
  if (count <= 0) return -1
  if (most <= 1) return tones - 1
  return Math.min(tones - 1, Math.floor((Math.log(count) / Math.log(most)) * (tones - 1) + 1e-9))
}

export function toneCells(heat: Pick<LatencyHeat, 'columns'>, colOf: (at: number) => number): ToneCells[] {
  const most = Math.max(1, ...heat.columns.flatMap(({ counts }) => counts))
  const byTone = Array.from({ length: tones }, (_, tone): ToneCells => ({ tone, cells: [] }))
  for (const { at, counts } of heat.columns)
    counts.forEach((count, row) => {
      const tone = toneOf(count, most)
      if (tone >= 0) byTone[tone]?.cells.push({ col: colOf(at), row })
    })
  return byTone.filter(({ cells }) => cells.length > 0)
}

const perOctave = 4

/** How many rows up from the bottom a value stands; rows are quarter octaves, from the lowest edge on. */
export function rowsUp(value: number, edges: readonly number[]): number {
  const lowest = edges[0]
  if (lowest === undefined) return 0
  const low = Math.log2(lowest) * perOctave - 1
  const at = Math.log2(Math.max(value, 1e-9)) * perOctave - low
  return Math.min(edges.length, Math.max(0, at))
}

const round = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 3e5, 6e5, 36e5, 864e5]

/** Values to label, round for people, at least two rows and a half apart. */
export function latencyTicks(edges: readonly number[]): number[] {
  const [low, high] = [edges[0], edges.at(-1)]
  if (low === undefined || high === undefined) return []
  const ticks: number[] = []
  for (const value of round) {
    if (value < low * 0.99 || value > high * 1.01) continue
    const last = ticks.at(-1)
    if (last !== undefined && rowsUp(value, edges) - rowsUp(last, edges) < 3.4) continue
    ticks.push(value)
  }
  return ticks
}
