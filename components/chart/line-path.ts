export interface LinePoint {
  at: number
  /** Null: nothing known there; the line ends and starts again. */
  value: number | null
}

interface Scale {
  x: (at: number) => number
  y: (value: number) => number
}

/** Runs of points without a gap between them. */
export function runsOfPoints(points: readonly LinePoint[]): { at: number; value: number }[][] {
  const runs: { at: number; value: number }[][] = []
  let open: { at: number; value: number }[] | null = null
  for (const { at, value } of points) {
    if (value === null) open = null
    else if (open) open.push({ at, value })
    else runs.push((open = [{ at, value }]))
  }
  return runs
}

const step = (n: number) => n.toFixed(1)

export function linePath(points: readonly LinePoint[], { x, y }: Scale): string {
  return runsOfPoints(points)
    .map((run) => `M${run.map(({ at, value }) => `${step(x(at))},${step(y(value))}`).join('L')}`)
    .join('')
}

/** Down to `base`, run by run. */
export function areaPath(points: readonly LinePoint[], { x, y }: Scale, base: number): string {
  return runsOfPoints(points)
    .filter((run) => run.length > 1)
    .map((run) => {
      const top = run.map(({ at, value }) => `${step(x(at))},${step(y(value))}`).join('L')
      return `M${top}L${step(x(run.at(-1)?.at ?? 0))},${step(y(base))}L${step(x(run[0]?.at ?? 0))},${step(y(base))}Z`
    })
    .join('')
}

/** The point whose instant is nearest; null without points. */
export function nearest<T extends { at: number }>(points: readonly T[], at: number): T | null {
  let best: T | null = null
  for (const point of points) if (!best || Math.abs(point.at - at) < Math.abs(best.at - at)) best = point
  return best
}
