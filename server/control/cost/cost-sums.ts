import { costLayers, type CostForecast, type CostLayer, type CostSum, type LayerAmounts } from './model'

export interface SumRow {
  layer: CostLayer
  amount: number
  cpuSeconds: number
  bytesScanned: number
  bytesIn: number
  events: number
}

export const noAmounts = (): LayerAmounts =>
  Object.fromEntries(costLayers.map((layer) => [layer, 0])) as LayerAmounts

export function amountsOf(rows: readonly { layer: CostLayer; amount: number }[]): LayerAmounts {
  const amounts = noAmounts()
  for (const { layer, amount } of rows) amounts[layer] += amount
  return amounts
}

export const spentOf = (amounts: LayerAmounts): number =>
  costLayers.reduce((sum, layer) => sum + amounts[layer], 0)

const terabyte = 1e12

export function costSum(
  rows: readonly SumRow[],
  { forecast, bytesStored }: { forecast: CostForecast; bytesStored: number },
): CostSum {
  const layers = amountsOf(rows)
  const spent = spentOf(layers)
  const busy = rows.filter(({ layer }) => layer !== 'idle')
  const total = (field: 'cpuSeconds' | 'bytesScanned' | 'bytesIn' | 'events') =>
    busy.reduce((sum, row) => sum + row[field], 0)
  const bytesProcessed = total('bytesIn')
  return {
    spent,
    layers,
    forecast,
    cpuSeconds: total('cpuSeconds'),
    bytesScanned: total('bytesScanned'),
    bytesStored,
    bytesProcessed,
    events: total('events'),
    costPerTb: bytesProcessed > 0 ? spent / (bytesProcessed / terabyte) : null,
  }
}

export function byHour(
  rows: readonly { hour: number; layer: CostLayer; amount: number }[],
): { hour: number; layers: LayerAmounts }[] {
  const hours = new Map<number, { layer: CostLayer; amount: number }[]>()
  for (const row of rows) hours.set(row.hour, [...(hours.get(row.hour) ?? []), row])
  return [...hours].map(([hour, own]) => ({ hour, layers: amountsOf(own) }))
}
