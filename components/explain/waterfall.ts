import { measureNumber } from '@/components/format'
import type { Cause } from '@/components/ui'
import type { CellComparison } from '@/server/api'

type Compared = CellComparison['measures'][number]

/** One step of the bridge from what batch found to what speed served. */
export interface Step {
  cause: Cause
  /** Exact decimal text. */
  amount: string
  events: number | null
  /** Share of the bridge's width, 0 to 1. */
  left: number
  width: number
}

export interface Bridge {
  steps: Step[]
  /** Causes without a part in it. */
  none: Cause[]
}

/** Events that changed what batch counted first, then those speed counted beside it, then what no event explains. */
const order: readonly Cause[] = ['late', 'hole', 'schema', 'invalid', 'duplicate', 'approximation', 'drift']

/** Places the causes one after the other, each beginning where the one before ended. */
export function bridgeOf({ causes, events }: Pick<Compared, 'causes' | 'events'>): Bridge {
  const told = order.filter((cause) => amountOf(causes[cause]) !== 0)
  let at = 0
  const spans = told.map((cause) => {
    const from = at
    at += amountOf(causes[cause])
    return { cause, from, to: at }
  })
  const low = Math.min(0, ...spans.map(({ to }) => to))
  const high = Math.max(0, ...spans.map(({ to }) => to))
  const size = high - low || 1
  return {
    steps: spans.map(({ cause, from, to }) => ({
      cause,
      amount: causes[cause],
      events: events[cause] ?? null,
      left: (Math.min(from, to) - low) / size,
      width: Math.abs(to - from) / size,
    })),
    none: order.filter((cause) => !told.includes(cause)),
  }
}

const amountOf = (text: string) => measureNumber(text) ?? 0
