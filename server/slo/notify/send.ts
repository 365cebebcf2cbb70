import { readSettings } from './channel-settings'
import type { ChannelRecord, NewsBody } from './delivery'
import { alertmanagerForm, pagerDutyForm, signatureOf, slackForm, webhookForm } from './forms'
import { postJson, type Reach } from './http-call'
import { sendMail } from './mail'
import type { SendResult } from './retry-plan'

export interface Sending {
  body: NewsBody
  /** The receiver's, one per incident. */
  key: string
  /** Ours, one per news. */
  uniqueKey: string
  now: number
}

export interface SendOptions {
  /** The installation lets channels that ask for it reach internal addresses. */
  allowInternal: boolean
  lookup?: Reach['lookup']
}

export type Send = (channel: ChannelRecord, sending: Sending) => Promise<SendResult>

/** One attempt by the channel's protocol; never throws. */
export const sender =
  ({ allowInternal, lookup }: SendOptions): Send =>
  async (channel, sending) => {
    try {
      const reach = {
        isInternalAllowed: allowInternal && channel.settings.allowInternal === true,
        ...(lookup && { lookup }),
      }
      return await sendBy(channel, sending, reach)
    } catch (error) {
      return { outcome: 'refused', says: error instanceof Error ? error.message : String(error) }
    }
  }

function sendBy(
  { kind, settings, secret }: ChannelRecord,
  { body, key, uniqueKey, now }: Sending,
  reach: Reach,
): Promise<SendResult> {
  switch (kind) {
    case 'webhook': {
      const { url } = readSettings('webhook', settings)
      const text = webhookForm(body, key)
      const headers = {
        'parallax-signature': signatureOf(secret ?? '', text, now),
        // The same news sent again has the same: a receiver can tell.
        'parallax-delivery': uniqueKey,
        'parallax-incident': key,
      }
      return postJson({ url, headers, body: text }, reach)
    }
    case 'slack':
      return body.kind === 'heartbeat'
        ? done()
        : postJson({ url: secret ?? '', body: slackForm(body) }, reach)
    case 'pagerduty': {
      const { url } = readSettings('pagerduty', settings)
      return postJson(
        { url: new URL('/v2/enqueue', url).href, body: pagerDutyForm(body, key, secret ?? '') },
        reach,
      )
    }
    case 'alertmanager': {
      const { url } = readSettings('alertmanager', settings)
      const headers = secret === null ? {} : { authorization: `Bearer ${secret}` }
      return postJson(
        { url: `${url.replace(/\/$/, '')}/api/v2/alerts`, headers, body: alertmanagerForm(body, key) },
        reach,
      )
    }
    case 'email':
      return sendMail({ settings: readSettings('email', settings), secret, body, key, uniqueKey }, reach)
  }
}

const done = (): Promise<SendResult> => Promise.resolve({ outcome: 'sent' })
