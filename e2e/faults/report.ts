import type { Verdict } from './judge'
import type { Recoveries } from './recovery'
import { killsOf, type StormTally } from './storm'

/** What a suite says at its end: the figures of docs/reliability.md, and how to run the very same again. */
export function report(input: {
  seed: number
  file: string
  project: 'product' | 'faults'
  tally: StormTally
  verdict: Verdict
  recoveries?: Recoveries
  reads?: number
}): void {
  const { seed, file, project, tally, verdict, recoveries, reads } = input
  const { p50Ms, p95Ms, maxMs } = recoveries?.figures() ?? { p50Ms: 0, p95Ms: 0, maxMs: 0 }
  console.log(
    [
      `faults ${file}: ${killsOf(tally)} kill -9 (${Object.entries(tally.kills)
        .map(([part, n]) => `${part} ${n}`)
        .join(', ')}), ${tally.stops} stops`,
      `  ${verdict.events} events checked, lost ${verdict.lost}, double ${verdict.double}`,
      ...(recoveries ? [`  recovery p50 ${p50Ms} ms, p95 ${p95Ms} ms, longest ${maxMs} ms`] : []),
      ...(reads === undefined ? [] : [`  ${reads} reads meanwhile`]),
      `  again: SEED=${seed} npx vitest run --project ${project} ${file}`,
    ].join('\n'),
  )
}

export const seedOf = (env = process.env.SEED): number =>
  env === undefined || env === '' ? Date.now() % 1_000_000 : Number(env)
