import { formatBytes, formatCompact, formatDuration, formatMoney, formatPercent } from '@/components/format'
import type { PlanEstimate, PlanView } from '@/server/api'

/** What the write costs: time, bytes, money, and its share of the day's quota. */
export function PlanCost({ plan: { estimate, kind } }: { plan: PlanView }) {
  const { seconds, slowSeconds, bytes, events, cost, money, basis, quota } = estimate
  if (bytes === 0 && events === 0 && seconds === 0 && kind !== 'rollback') return null
  return (
    <>
      <div className="rule" />
      <h3 className="dialog-heading">What it costs</h3>
      <dl className="kv">
        <dt>Duration</dt>
        <dd>{seconds === 0 ? 'at once' : formatDuration(seconds * 1_000)}</dd>
        {slowSeconds === null ? null : (
          <>
            <dt>Slow case, p90</dt>
            <dd>{formatDuration(slowSeconds * 1_000)}</dd>
          </>
        )}
        {bytes > 0 || events > 0 ? (
          <>
            <dt>Read</dt>
            <dd>{formatBytes(bytes)}</dd>
            <dt>Events</dt>
            <dd>{formatCompact(events)}</dd>
          </>
        ) : null}
        {cost > 0 && money ? (
          <>
            <dt>Money</dt>
            <dd title={money.basis}>{formatMoney(cost, money.currency)}</dd>
          </>
        ) : null}
      </dl>
      <p className="mt-1 text-small text-text-3">{basis}</p>
      {money?.budget && cost > 0 ? <Budget {...money.budget} currency={money.currency} cost={cost} /> : null}
      {quota && bytes > 0 ? <Quota quota={quota} bytes={bytes} /> : null}
    </>
  )
}

function Budget({
  monthly,
  spent,
  currency,
  cost,
}: {
  monthly: number
  spent: number
  currency: string
  cost: number
}) {
  const after = spent + cost
  const share = monthly > 0 ? `, ${formatPercent(after / monthly)} %` : ''
  return (
    <p className="text-small text-text-3">
      With it {formatMoney(after, currency)} of the month’s budget of {formatMoney(monthly, currency)} are
      spent
      {share}
      {after > monthly ? ': more than the month has' : ''}
    </p>
  )
}

function Quota({ quota, bytes }: { quota: NonNullable<PlanEstimate['quota']>; bytes: number }) {
  const { perDay, usedToday } = quota
  const used = Math.min(1, usedToday / perDay)
  const planned = Math.min(1 - used, bytes / perDay)
  const after = usedToday + bytes
  const label = `Daily quota: ${formatBytes(usedToday)} used, ${formatBytes(bytes)} planned, ${formatBytes(perDay)} limit`
  return (
    <>
      <div className="bar bar-tall mt-2 mb-1" role="img" aria-label={label}>
        <i style={{ width: `${used * 100}%` }} />
        <i data-layer="speed" style={{ left: `${used * 100}%`, width: `${Math.max(planned * 100, 1)}%` }} />
      </div>
      <p className="text-small text-text-3">
        {formatBytes(after)} of {formatBytes(perDay)} today, {formatBytes(usedToday)} used already
        {after > perDay ? '; the governor holds what is above until tomorrow (UTC)' : ''}
      </p>
    </>
  )
}
