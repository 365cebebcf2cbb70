import type { CostLayer, LayerAmounts } from '@/server/api'

/** As they are stacked and listed: what works for people first, what nobody uses last. */
export const layerWords: Record<CostLayer, { name: string; says: string }> = {
  batch: { name: 'batch', says: 'recomputes: CPU, and bytes of the archive read' },
  speed: { name: 'speed', says: 'folding the log' },
  serving: { name: 'serving', says: 'reads and the console' },
  reconcile: { name: 'reconcile', says: 'comparing what was served with what batch found' },
  log: { name: 'log', says: 'taking events in, and archiving them' },
  storage: { name: 'storage', says: 'the log, the archive and the store on disk' },
  shared: { name: 'shared', says: 'watching, scheduling, telling' },
  idle: { name: 'idle', says: 'cores that are paid for and that nobody used' },
}

export const layersShown = Object.keys(layerWords) as CostLayer[]

export const spentOf = (layers: LayerAmounts): number =>
  layersShown.reduce((sum, layer) => sum + layers[layer], 0)

/** `2026-03` of an instant, UTC. */
export const monthText = (at: number): string => new Date(at).toISOString().slice(0, 7)

/** The month under way and the eleven before it, newest first. */
export function monthsUpTo(now: number): string[] {
  const date = new Date(now)
  return Array.from({ length: 12 }, (_, back) =>
    monthText(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back, 1)),
  )
}

const names = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })
export const monthName = (month: string): string => names.format(Date.parse(`${month}-01T00:00:00Z`))
