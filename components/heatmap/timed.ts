/** Runs a step and leaves how long it took where the browser's own tools and the benchmark read it. */
export function timed<T>(name: string, step: () => T): T {
  const start = performance.now()
  const result = step()
  performance.measure(name, { start })
  return result
}
