import type { CostAnomaly, CostLayer } from './model'

/** Two keys: an hour must be this many standard deviations off, and this share, and be compared with enough days. */
export const anomalyKeys = { z: 3, off: 0.25, points: 7, days: 28 } as const

export interface HourAgainstUsual {
  amount: number
  /** Mean and sample standard deviation of the same hour of earlier days. */
  usual: number
  deviation: number
  points: number
  isOpen: boolean
}

export type Judged = Pick<CostAnomaly, 'z' | 'off' | 'direction'>

/** Null: nothing unusual, or too little to compare with. An hour under way can only be too dear already. */
export function judgeHour({ amount, usual, deviation, points, isOpen }: HourAgainstUsual): Judged | null {
  if (points < anomalyKeys.points) return null
  const difference = amount - usual
  if (isOpen && difference <= 0) return null
  if (difference === 0 || Math.abs(difference) < anomalyKeys.z * deviation) return null
  if (Math.abs(difference) <= anomalyKeys.off * usual) return null
  return {
    z: deviation > 0 ? difference / deviation : null,
    off: usual > 0 ? difference / usual : null,
    direction: difference > 0 ? 'above' : 'below',
  }
}

export function anomalySays(
  judged: Judged & { amount: number; usual: number; points: number; isOpen: boolean; layer: CostLayer },
  currency: string,
): string {
  const { amount, usual, points, isOpen, layer, off, direction } = judged
  const share = off === null ? '' : ` (${direction === 'above' ? '+' : '−'}${percent(Math.abs(off))})`
  return `${isOpen ? 'This hour has cost' : 'It cost'} ${plain(amount)} ${currency}${share}; the same hour of ${points} earlier days cost ${plain(usual)} on average. Most of it is ${layer}.`
}

const plain = (amount: number) => String(Number(amount.toPrecision(3)))
const percent = (share: number) => `${Number((share * 100).toPrecision(3))} %`
