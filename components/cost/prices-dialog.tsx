'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMe } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { formatInstant } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Dialog, Note, QuietGlyph, ReasonField, showToast } from '@/components/ui'
import type { PricesInForce } from '@/server/api'
import { isSame, readPrices, textsOf, type PriceTexts } from './price-fields'

interface PricesDialogProps {
  prices: PricesInForce
  /** Cores that are reckoned with where the prices name none. */
  cores: number
  zone: Zone
  onClose: () => void
}

/** What everything is priced with; administrators set it, all can read it. */
export function PricesDialog({ prices, cores, zone, onClose }: PricesDialogProps) {
  const { role } = useMe()
  const trpc = useTRPC()
  const [texts, setTexts] = useState(() => textsOf(prices))
  const [reason, setReason] = useState('')
  const set = useMutation(
    trpc.costs.setPrices.mutationOptions({
      onSuccess: ({ since }) => {
        showToast({ status: 'ok', text: `Prices set, in force from ${formatInstant(since, zone)}.` })
        onClose()
      },
    }),
  )
  const read = readPrices(texts)
  const isAdmin = role === 'admin'
  const isOtherCurrency = 'prices' in read && read.prices.currency !== prices.currency
  const off = offReason()
  const fields: { name: keyof PriceTexts; label: string; note: ReactNode }[] = [
    { name: 'currency', label: 'Currency', note: 'ISO 4217, as in EUR or USD.' },
    {
      name: 'cores',
      label: 'Cores paid for',
      note: `Empty: those of the machine that prices, ${cores}.`,
    },
    { name: 'cpuHour', label: 'A core for an hour', note: 'Used or idle.' },
    { name: 'gbScanned', label: 'A GB of the archive scanned', note: '10⁹ bytes, by recomputes.' },
    { name: 'gbStoredMonth', label: 'A GB stored for a month', note: '730 hours: log, archive and store.' },
  ]
  return (
    <Dialog
      onClose={onClose}
      title="Prices"
      width="medium"
      description={
        prices.by === null
          ? 'The shipped defaults: nobody has set prices yet, so amounts are a guess at a middling cloud.'
          : `Set by ${prices.by}, in force since ${formatInstant(prices.since, zone, 'dayMinute')}.`
      }
    >
      <form
        className="contents"
        onSubmit={(event) => {
          event.preventDefault()
          if (off === null && 'prices' in read) set.mutate({ ...read.prices, reason: reason.trim() })
        }}
      >
        <div className="price-fields">
          {fields.map(({ name, label, note }) => (
            <div key={name} className="flex flex-col gap-1.5">
              <label className="flex flex-col gap-1.5 font-medium">
                {label}
                <input
                  className="field font-normal"
                  value={texts[name]}
                  inputMode={name === 'currency' ? 'text' : 'decimal'}
                  readOnly={!isAdmin}
                  placeholder={name === 'cores' ? String(cores) : ''}
                  onChange={(event) => setTexts({ ...texts, [name]: event.target.value })}
                />
              </label>
              <span className="text-small text-text-3">{note}</span>
            </div>
          ))}
          {isAdmin ? (
            <div className="price-reason">
              <ReasonField value={reason} onChange={setReason} />
            </div>
          ) : null}
          {isOtherCurrency ? (
            <p className="price-reason flex gap-2 text-text-2">
              <span className="mt-0.5 flex-none">
                <QuietGlyph status="warn" />
              </span>
              What was priced in {prices.currency} stays so and is left out of figures in{' '}
              {'prices' in read ? read.prices.currency : ''}: amounts are never mixed. Budgets in other
              currencies are not compared.
            </p>
          ) : null}
          {set.error ? (
            <p role="alert" className="price-reason flex gap-2">
              <QuietGlyph status="bad" /> {describeError(set.error).message}
            </p>
          ) : null}
        </div>
        {isAdmin ? (
          <div className="dialog-foot">
            <span className="text-small text-text-3">
              {off ?? 'In force from the start of this hour; earlier hours keep what they cost.'}
            </span>
            <span className="grow" />
            <Button onClick={onClose}>Cancel</Button>
            <Button variant="primary" type="submit" off={off} aria-busy={set.isPending}>
              Set prices
            </Button>
          </div>
        ) : (
          <Note kind="forbidden" title="You may not change prices">
            That needs the role admin; yours is {role}. Ask an admin.
          </Note>
        )}
      </form>
    </Dialog>
  )

  function offReason(): string | null {
    if ('problem' in read) return read.problem
    if (isSame(read.prices, prices)) return 'Nothing is changed yet.'
    return reason.trim() === '' ? 'Give a reason first.' : null
  }
}
