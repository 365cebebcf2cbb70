import type { Pool, PoolClient } from '../../clients'
import { defaultThresholds, type Measured } from './measured'
import { selectThresholds } from './thresholds-store'

export type ThresholdsOf = (pipeline: string, indicator: Measured) => readonly number[]

/** At which thresholds values count: those objectives ask for, and where none does the default's. */
export async function readThresholds(db: Pick<Pool | PoolClient, 'query'>): Promise<ThresholdsOf> {
  const byName = new Map<string, number[]>()
  for (const { pipeline, indicator, threshold } of await selectThresholds(db)) {
    const name = `${indicator}\n${pipeline}`
    byName.set(name, [...(byName.get(name) ?? []), threshold])
  }
  return (pipeline, indicator) => byName.get(`${indicator}\n${pipeline}`) ?? defaultsOf(indicator)
}

const defaults = new Map(
  Object.entries(defaultThresholds).map(([indicator, threshold]) => [indicator, [threshold]]),
)
const none: readonly number[] = []

export const defaultsOf = (indicator: Measured): readonly number[] => defaults.get(indicator) ?? none
