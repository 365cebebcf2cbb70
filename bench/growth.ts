import type { BenchOptions } from './figure'

/** One size of a growth table: what grows first, then what it costs. */
export type GrowthRow = Readonly<Record<string, number>>

export interface Growth {
  name: string
  /** Column of the size. */
  by: string
  /** Column of what is drawn, with its unit. */
  columns: Readonly<Record<string, string>>
  rows: GrowthRow[]
}

/** Tables of how a cost grows; each takes minutes, so a run without names leaves them out. */
export const growths: Record<string, () => Promise<(options: BenchOptions) => Promise<Growth>>> = {
  'growth.speed.keys': async () => (await import('./growth-speed-keys')).growthSpeedKeys,
  'growth.batch': async () => (await import('./growth-batch')).growthBatch,
  'growth.archive': async () => (await import('./growth-archive')).growthArchive,
  'growth.reads': async () => (await import('./growth-reads')).growthReads,
}
