/** Why speed and batch differ, in the order in which they are taken away from the difference. */
export const causes = ['late', 'duplicate', 'invalid', 'approximation', 'hole', 'schema', 'drift'] as const
export type Cause = (typeof causes)[number]

/** `open`: found, and not what is served from now on; `corrected`: the version that found it answers. */
export type DivergenceState = 'open' | 'corrected' | 'in_flight' | 'partial'

/** Upper edges of the bins of relative error; bin i holds edge[i − 1] < r ≤ edge[i], bin 0 the equal cells. */
export const histogramEdges = [
  0,
  1e-6,
  1e-5,
  1e-4,
  3e-4,
  1e-3,
  3e-3,
  1e-2,
  3e-2,
  0.1,
  0.3,
  1,
  10,
  Infinity,
] as const
