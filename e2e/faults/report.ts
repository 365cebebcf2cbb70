import type { Verdict } from './judge'
import { killsOf, type StormTally } from './storm'

/** What a suite says at its end: the figures of docs/reliability.md, and how to run the very same again. */
export function report(input: {
  seed: number
  file: string
  project?: 'product' | 'faults'
  /** None for suites whose faults are of another kind. */
  tally?: Partial<StormTally>
  verdict: Verdict
  healthyMs?: number
  reads?: number
}): void {
  const { seed, file, project = 'faults', verdict, healthyMs, reads } = input
  const tally = { kills: {}, stops: 0, ...input.tally }
  const kills = Object.entries(tally.kills)
    .map(([part, n]) => `${part} ${n}`)
    .join(', ')
  console.log(
    [
      `faults ${file}: ${killsOf(tally)} kill -9 (${kills || 'none'}), ${tally.stops} stops`,
      `  ${verdict.events} events checked, lost ${verdict.lost}, double ${verdict.double}`,
      ...(healthyMs === undefined ? [] : [`  healthy, with everything read, ${healthyMs} ms after the last`]),
      ...(reads === undefined ? [] : [`  ${reads} reads meanwhile`]),
      `  again: SEED=${seed} npx vitest run --project ${project} ${file}`,
    ].join('\n'),
  )
}

export const seedOf = (env = process.env.SEED): number =>
  env === undefined || env === '' ? Date.now() % 1_000_000 : Number(env)
