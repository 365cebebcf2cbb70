/** $4,182, $0.31, −€12: cents only below ten, three digits below one, the currency's own sign. */
export function formatMoney(amount: number, currency: string): string {
  const size = Math.abs(amount)
  const digits =
    size >= 9.995 || size === 0
      ? { maximumFractionDigits: 0 }
      : size >= 1
        ? { minimumFractionDigits: 2, maximumFractionDigits: 2 }
        : { maximumSignificantDigits: 2 }
  if (size > 0 && size < 0.0001) return `${amount < 0 ? '−' : ''}< ${formatMoney(0.0001, currency)}`
  return new Intl.NumberFormat('en-US', { style: 'currency', currency, ...digits })
    .format(amount)
    .replace('-', '−')
}
