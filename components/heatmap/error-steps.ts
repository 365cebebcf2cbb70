/** Upper ends of the steps 1 to 5; step 6 has none. Step 1 ends at the tolerance, later ones at ×3, ×10, ×30, ×100. */
export type Bands = readonly [number, number, number, number, number]

const whenNone = 0.001

/** A tolerance of nothing leaves step 1 empty; the later steps stand where they do for 0.1 %. */
export function bandsOf(tolerance: number): Bands {
  const unit = tolerance > 0 ? tolerance : whenNone
  return [tolerance, 3 * unit, 10 * unit, 30 * unit, 100 * unit]
}

/** 0: equal; 1: within tolerance; 6: the largest errors. */
export function stepOf(relative: number, bands: Bands): number {
  if (relative === 0) return 0
  if (relative <= bands[0]) return 1
  const step = bands.findIndex((end, i) => i > 0 && relative < end)
  return step === -1 ? 6 : step + 1
}

/** What the steps of the colour scale are called: 0, ≤ 0.1, < 0.3, … ≥ 10 %. */
export function bandLabels(bands: Bands): string[] {
  const percent = (share: number) => String(Number((share * 100).toPrecision(3)))
  const [tolerance, ...later] = bands
  const last = bands[4]
  return ['0', `≤ ${percent(tolerance)}`, ...later.map((end) => `< ${percent(end)}`), `≥ ${percent(last)} %`]
}
