/**
 * Whole parts of a whole number by weight, in the order given: they add up to it exactly, and each is within 1 of its
 * share. Nothing has weight: all of it goes to the last part.
 */
export function splitExact(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0)
  let before = 0
  let weighed = 0
  return weights.map((weight, i) => {
    weighed += weight
    const upTo = i === weights.length - 1 ? total : sum > 0 ? Math.round((total * weighed) / sum) : 0
    const part = Math.min(upTo, total) - before
    before += part
    return part
  })
}
