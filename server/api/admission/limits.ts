/**
 * How much one asker may ask for (law 11). Beyond a rate the answer is 429 with Retry-After; nothing of the request is
 * done. Rates are counted by each web process for itself: behind N of them an asker has up to N times as much.
 */
export const limits = {
  /** Requests of one principal; each call of a tRPC batch is one. PARALLAX_REQUESTS_PER_S sets another rate. */
  requests: { perS: 200, burst: 2_000 },
  /** Events of one principal; a request of them weighs `eventsRequestWeight` more. PARALLAX_EVENTS_PER_S sets it. */
  events: { perS: 100_000, burst: 1_000_000 },
  /** Requests without a sign-in, by network. */
  anonymous: { perS: 50, burst: 500 },
  /** Tokens and cookies that were refused, by network; beyond it only credentials that were good lately are looked at. */
  refused: { perS: 2, burst: 100 },
} satisfies Record<string, Rate>

export interface Rate {
  perS: number
  /** How much may be asked for at once after a pause. */
  burst: number
}

export const eventsRequestWeight = 20

/** Askers remembered of each rate; who is forgotten starts with a full burst. */
export const askersLimit = 10_000

/** Bytes of event bodies being read or waiting for the log, of all principals and of one; who waits beyond is refused. */
export const eventGate = { capacity: 48 * 1024 ** 2, share: 16 * 1024 ** 2, waiting: 64 }

/** Live streams of one principal; an open page is one. */
export const streamsLimit = 200
/** How often the sign-in of an open stream is looked at; a stream ends within twice this after its sign-in. */
export const streamCheckMs = 5_000
