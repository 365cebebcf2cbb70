import { connect, type LookupFunction } from 'node:net'
import nodemailer from 'nodemailer'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import { sha256Hex } from '../../platform'
import { checkHost, guardedLookup, RefusedAddress } from './address-guard'
import type { SettingsOf } from './channel-settings'
import type { NewsBody } from './delivery'
import { mailForm } from './forms'
import type { Reach } from './http-call'
import type { SendResult } from './retry-plan'

const timeoutMs = 10_000

interface Mail {
  settings: SettingsOf<'email'>
  secret: string | null
  body: NewsBody
  key: string
  /** Unique to this news: the same mail sent twice has one Message-ID. */
  uniqueKey: string
}

/** Sends one mail. All of an incident are one thread: each refers to the first. */
export async function sendMail(
  { settings, secret, body, key, uniqueKey }: Mail,
  reach: Reach,
): Promise<SendResult> {
  const { host, port, security, user, from, to } = settings
  const transport = nodemailer.createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user && { auth: { user, pass: secret ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Our own socket, so that the address is judged as it is connected to.
    getSocket: (
      _options: SMTPConnection.Options,
      callback: (error: Error | null, socket?: { connection: unknown }) => void,
    ) => {
      openSocket({ host, port }, reach).then(
        (connection) => {
          callback(null, { connection })
        },
        (error: unknown) => {
          callback(error instanceof Error ? error : new Error(String(error)))
        },
      )
    },
  } as Parameters<typeof nodemailer.createTransport>[0])
  const domain = from.split('@')[1] ?? 'parallax'
  const first = `<${sha256Hex(key).slice(0, 32)}@${domain}>`
  const isFirst = body.kind === 'trigger' || body.kind === 'test'
  try {
    await transport.sendMail({
      from,
      to,
      ...mailForm(body),
      messageId: isFirst ? first : `<${sha256Hex(`${key} ${uniqueKey}`).slice(0, 32)}@${domain}>`,
      ...(!isFirst && { inReplyTo: first, references: first }),
      headers: { 'x-parallax-incident': key, 'auto-submitted': 'auto-generated' },
    })
    return { outcome: 'sent' }
  } catch (error) {
    return failure(error)
  } finally {
    transport.close()
  }
}

/** SMTP: a reply of 5xx is final, all else may pass. */
function failure(error: unknown): SendResult {
  const says = error instanceof Error ? error.message : String(error)
  if (error instanceof RefusedAddress) return { outcome: 'refused', says }
  const code = (error as { responseCode?: unknown } | null)?.responseCode
  return typeof code === 'number' && code >= 500 ? { outcome: 'refused', says } : { outcome: 'away', says }
}

async function openSocket({ host, port }: { host: string; port: number }, reach: Reach) {
  if (!reach.isInternalAllowed) checkHost(host)
  const lookup: LookupFunction | undefined =
    reach.lookup ?? (reach.isInternalAllowed ? undefined : guardedLookup())
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...(lookup && { lookup }) })
    const timer = setTimeout(
      () => socket.destroy(new Error(`it did not answer within ${timeoutMs / 1000} s`)),
      timeoutMs,
    )
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeListener('error', reject)
      resolve(socket)
    })
    socket.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
  })
}
