import type { Msg, MsgHdrs } from '@nats-io/transport-node'
import { createInbox, newHeaders, type Nats } from '../clients'
import { AppError, backoffMs, crashPoint } from '../platform'
import type { Frame } from './frame'

export interface PublisherOptions {
  /** First wait for an acknowledgement; doubles with every resend. */
  ackTimeoutMs: number
  /** After this the publish fails: the log may or may not have the message. */
  deadlineMs: number
  maxInFlight: number
  maxInFlightBytes: number
}

export const defaultPublisherOptions: PublisherOptions = {
  ackTimeoutMs: 2_000,
  deadlineMs: 15_000,
  maxInFlight: 256,
  maxInFlightBytes: 32 * 1024 ** 2,
}

interface Pending {
  subject: string
  headers: MsgHdrs
  body: Buffer
  attempt: number
  resendAt: number
  deadlineAt: number
  resolve: () => void
  reject: (error: Error) => void
}

/** A frame the log cannot take now may be taken later; these are final. */
const messageTooLarge = new Set([10054, 10163])
const logFull = /maximum (bytes|messages) exceeded/

/**
 * Publishes with one shared reply inbox. A message is resent with the same Nats-Msg-Id until the log acknowledges
 * it, so that a lost acknowledgement stores nothing twice.
 */
export class AckedPublisher {
  readonly #nats: Nats
  readonly #options: PublisherOptions
  readonly #inbox = createInbox()
  readonly #inFlight = new Map<string, Pending>()
  readonly #waiting: Pending[] = []
  #bytes = 0
  #lastToken = 0
  #timer: NodeJS.Timeout | undefined

  constructor(nats: Nats, options: Partial<PublisherOptions> = {}) {
    this.#nats = nats
    this.#options = { ...defaultPublisherOptions, ...options }
    nats.nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (!error) this.#onReply(message)
      },
    })
  }

  /** Resolves once the log has the frame. The caller bounds how many it sends before. */
  publish(subject: string, frame: Frame): Promise<void> {
    const headers = newHeaders()
    for (const [name, value] of frame.headers) headers.set(name, value)
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        subject,
        headers,
        body: frame.body,
        attempt: 0,
        resendAt: 0,
        deadlineAt: performance.now() + this.#options.deadlineMs,
        resolve,
        reject,
      })
      this.#pump()
    })
  }

  #pump(): void {
    const { maxInFlight, maxInFlightBytes } = this.#options
    while (
      this.#inFlight.size < maxInFlight &&
      (this.#inFlight.size === 0 || this.#bytes < maxInFlightBytes)
    ) {
      const next = this.#waiting.shift()
      if (!next) break
      const token = String(++this.#lastToken)
      this.#inFlight.set(token, next)
      this.#bytes += next.body.length
      this.#send(token, next)
    }
    this.#schedule()
  }

  #send(token: string, pending: Pending): void {
    pending.attempt++
    pending.resendAt = performance.now() + this.#options.ackTimeoutMs * 2 ** (pending.attempt - 1)
    const options = { headers: pending.headers, reply: `${this.#inbox}.${token}` }
    try {
      this.#nats.nc.publish(pending.subject, pending.body, options)
    } catch (error) {
      this.#settle(token, unreachable(error))
    }
  }

  #onReply(message: Msg): void {
    const token = message.subject.slice(message.subject.lastIndexOf('.') + 1)
    const pending = this.#inFlight.get(token)
    if (!pending) return
    const { data } = message
    // An empty reply is the server's "no responders": JetStream or the stream is not there yet.
    crashPoint('log.append.acknowledged')
    const reply = data.length === 0 ? null : (JSON.parse(Buffer.from(data).toString()) as AckReply)
    if (reply && !reply.error) this.#settle(token, null)
    else if (reply?.error && isFinal(reply.error)) this.#settle(token, refusal(reply.error))
    else this.#later(pending)
  }

  /** The server answered that it cannot store the message now. */
  #later(pending: Pending): void {
    const wait = backoffMs({ baseMs: 100, maxMs: 2_000 }, pending.attempt)
    pending.resendAt = performance.now() + wait
  }

  #settle(token: string, error: Error | null): void {
    const pending = this.#inFlight.get(token)
    if (!pending) return
    this.#inFlight.delete(token)
    this.#bytes -= pending.body.length
    if (error) pending.reject(error)
    else pending.resolve()
    this.#pump()
  }

  #schedule(): void {
    if (this.#inFlight.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    } else {
      this.#timer ??= setInterval(() => {
        this.#resendDue()
      }, 50)
    }
  }

  #resendDue(): void {
    const now = performance.now()
    for (const [token, pending] of [...this.#inFlight]) {
      if (now >= pending.deadlineAt) this.#settle(token, noAnswer(this.#options.deadlineMs))
      else if (now >= pending.resendAt && !this.#nats.nc.isClosed()) this.#send(token, pending)
      else if (this.#nats.nc.isClosed()) this.#settle(token, unreachable(null))
    }
    while (this.#waiting[0] && now >= this.#waiting[0].deadlineAt) {
      this.#waiting.shift()?.reject(noAnswer(this.#options.deadlineMs))
    }
  }
}

interface AckError {
  code: number
  err_code?: number
  description?: string
}

interface AckReply {
  error?: AckError
  stream?: string
  seq?: number
  duplicate?: boolean
}

const isFinal = (error: AckError) =>
  messageTooLarge.has(error.err_code ?? 0) || logFull.test(error.description ?? '') || error.code === 400

function refusal(error: AckError): AppError {
  const why = error.description ?? `code ${error.code}`
  if (logFull.test(why)) {
    return new AppError(
      'unavailable',
      `Appending to the log failed: it is full (${why}) and never drops events to make room. Raise the stream's max_bytes or shorten its max_age.`,
      { retryAfterS: 60, details: { reason: 'log_full' } },
    )
  }
  return new AppError(
    'unavailable',
    `Appending to the log failed: the server refused the message (${why}).`,
    { retryAfterS: 10 },
  )
}

const noAnswer = (deadlineMs: number) =>
  new AppError(
    'unavailable',
    `Appending to the log failed: it did not acknowledge within ${Math.round(deadlineMs / 1000)} s. The events may or may not be stored; send them again, repeats are recognised by source and id.`,
    { retryAfterS: 5, details: { reason: 'no_acknowledgement' } },
  )

const unreachable = (cause: unknown) =>
  new AppError(
    'unavailable',
    'Appending to the log failed: the connection to NATS is closed. Check that nats-server runs, then send the events again.',
    { cause, retryAfterS: 5 },
  )
