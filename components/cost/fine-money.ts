import { formatMoney } from '@/components/format'

const least = 1e-6

/** Parts of an hour cost little: below a hundredth of a cent one digit, so that parts can still be compared. */
export function fineMoney(amount: number, currency: string): string {
  const size = Math.abs(amount)
  if (size >= 0.0001 || size === 0) return formatMoney(amount, currency)
  const fine = new Intl.NumberFormat('en-US', { style: 'currency', currency, maximumSignificantDigits: 1 })
  return size < least ? `< ${fine.format(least)}` : fine.format(amount).replace('-', '−')
}
