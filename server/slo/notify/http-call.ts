import { request as httpRequest, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { checkHost, guardedLookup, RefusedAddress } from './address-guard'
import type { SendResult } from './retry-plan'

const timeoutMsDefault = 10_000
const answerBytes = 4_096

export interface Reach {
  /** Private and loopback addresses too. */
  isInternalAllowed: boolean
  /** Another resolver than the system's. */
  lookup?: LookupFunction
  /** How long a receiver may take, all in all. */
  timeoutMs?: number
}

interface HttpCall {
  url: string
  headers?: Record<string, string>
  body: string
}

/** Posts JSON once. Redirects are not followed: they could lead anywhere. */
export async function postJson({ url, headers = {}, body }: HttpCall, reach: Reach): Promise<SendResult> {
  try {
    const target = new URL(url)
    if (!reach.isInternalAllowed) checkHost(target.hostname)
    const { timeoutMs = timeoutMsDefault } = reach
    const lookup = reach.lookup ?? (reach.isInternalAllowed ? undefined : guardedLookup())
    const answer = await call(
      target,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'parallax',
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
        // A connection kept alive would be used again without its address being looked at.
        agent: false,
        timeout: timeoutMs,
        ...(lookup && { lookup }),
      },
      body,
    )
    return judgeAnswer(answer)
  } catch (error) {
    if (error instanceof RefusedAddress) return { outcome: 'refused', says: error.message }
    return { outcome: 'away', says: error instanceof Error ? error.message : String(error) }
  }
}

interface HttpAnswer {
  status: number
  retryAfter: string | undefined
  text: string
}

function judgeAnswer({ status, retryAfter, text }: HttpAnswer): SendResult {
  if (status >= 200 && status < 300) return { outcome: 'sent' }
  const says = `it answered ${status}${text === '' ? '' : `: ${text.slice(0, 200)}`}`
  if (status >= 300 && status < 400)
    return { outcome: 'refused', says: `${says}; redirects are not followed, use the final address` }
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return { outcome: 'refused', says }
  const seconds = Number(retryAfter)
  return {
    outcome: 'away',
    says,
    ...(Number.isFinite(seconds) && seconds > 0 && { retryAfterMs: seconds * 1_000 }),
  }
}

function call(url: URL, options: RequestOptions & { timeout: number }, body: string): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(url, options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text = (text + chunk).slice(0, answerBytes)
      })
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
          text: text.trim(),
        })
      })
      response.on('error', reject)
    })
    // `timeout` above is of silence; a receiver that drips must end too.
    const timer = setTimeout(
      () => request.destroy(new Error(`it did not answer within ${options.timeout / 1000} s`)),
      options.timeout,
    )
    request.on('close', () => {
      clearTimeout(timer)
    })
    request.on('error', reject)
    request.end(body)
  })
}
