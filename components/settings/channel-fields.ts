import type { ChannelKind, ChannelView } from '@/server/api'

export const channelKinds: { value: ChannelKind; label: string; says: string }[] = [
  { value: 'webhook', label: 'Webhook', says: 'Signed JSON to an address of yours.' },
  { value: 'slack', label: 'Slack', says: 'An incoming webhook of a Slack channel.' },
  { value: 'pagerduty', label: 'PagerDuty', says: 'Events API v2: triggers, acknowledges and resolves.' },
  {
    value: 'alertmanager',
    label: 'Alertmanager',
    says: 'Its API v2, sent again every minute while it fires.',
  },
  { value: 'email', label: 'E-mail', says: 'By SMTP, one thread an incident.' },
]

export const kindLabel = (kind: ChannelKind): string =>
  channelKinds.find(({ value }) => value === kind)?.label ?? kind

/** What is typed, before it is sent; the server checks each field again. */
export interface ChannelFields {
  name: string
  kind: ChannelKind
  url: string
  host: string
  port: string
  security: 'tls' | 'starttls' | 'none'
  user: string
  from: string
  to: string
  allowInternal: boolean
  /** Empty: a known one stays as it is. */
  secret: string
}

export const secretLabel: Record<ChannelKind, { label: string; note: string; isNeeded: boolean }> = {
  webhook: {
    label: 'Signing key',
    note: 'At least 16 characters. The receiver checks the header parallax-signature with it.',
    isNeeded: true,
  },
  slack: {
    label: 'Webhook address',
    note: 'https://hooks.slack.com/…: who has it can post.',
    isNeeded: true,
  },
  pagerduty: { label: 'Integration key', note: 'The routing key of the service.', isNeeded: true },
  alertmanager: { label: 'Bearer token', note: 'Only if it asks for one.', isNeeded: false },
  email: { label: 'Password', note: 'Of the user above, if the server asks for one.', isNeeded: false },
}

const text = (value: unknown, other = ''): string => (typeof value === 'string' ? value : other)

/** A channel as fields; a new one with what most have. */
export function fieldsOf(channel: Pick<ChannelView, 'name' | 'kind' | 'settings'> | null): ChannelFields {
  const settings = channel?.settings ?? {}
  const { security, to, port } = settings
  return {
    name: channel?.name ?? '',
    kind: channel?.kind ?? 'webhook',
    url: text(settings.url),
    host: text(settings.host),
    port: typeof port === 'number' ? String(port) : '587',
    security: security === 'tls' || security === 'none' ? security : 'starttls',
    user: text(settings.user),
    from: text(settings.from),
    to: Array.isArray(to) ? to.filter((one) => typeof one === 'string').join(', ') : '',
    allowInternal: settings.allowInternal === true,
    secret: '',
  }
}

/** Only what the kind has. */
export function settingsOf(fields: ChannelFields): Record<string, unknown> {
  const { kind, url, allowInternal } = fields
  switch (kind) {
    case 'slack':
      return { allowInternal }
    case 'pagerduty':
      return url.trim() === '' ? { allowInternal } : { allowInternal, url: url.trim() }
    case 'webhook':
    case 'alertmanager':
      return { allowInternal, url: url.trim() }
    case 'email':
      return {
        allowInternal,
        host: fields.host.trim(),
        port: Number(fields.port),
        security: fields.security,
        ...(fields.user.trim() === '' ? {} : { user: fields.user.trim() }),
        from: fields.from.trim(),
        to: fields.to
          .split(/[\s,;]+/)
          .map((one) => one.trim())
          .filter((one) => one !== ''),
      }
  }
}

/** Why it cannot be saved yet, in the order of the form; null: it can. */
export function channelOff(fields: ChannelFields, hasSecret: boolean): string | null {
  const { name, kind, url, host, port, from, to, secret } = fields
  if (name.trim() === '') return 'Give it a name.'
  if ((kind === 'webhook' || kind === 'alertmanager') && url.trim() === '') return 'Give its address.'
  if (kind === 'email') {
    if (host.trim() === '') return 'Give the host of the SMTP server.'
    if (!/^\d{1,5}$/.test(port.trim())) return 'The port is a number.'
    if (from.trim() === '') return 'Say from whom it comes.'
    if (to.trim() === '') return 'Say to whom it goes.'
  }
  if (secretLabel[kind].isNeeded && !hasSecret && secret === '')
    return `${secretLabel[kind].label} is missing.`
  return null
}

/** Where it goes, without anything secret. */
export function placeOf(channel: Pick<ChannelView, 'name' | 'kind' | 'settings'>): string {
  const { kind, settings } = channel
  if (kind === 'email') return `${text(settings.host)}, to ${fieldsOf(channel).to}`
  if (kind === 'slack') return 'its webhook address'
  return text(settings.url, kind === 'pagerduty' ? 'https://events.pagerduty.com' : '')
}
