import { createHmac } from 'node:crypto'
import type { NewsBody } from './delivery'

/** The forms that receivers take; all pure. `key` is one per incident. */

const iso = (at: number) => new Date(at).toISOString()

/** What a line of news begins with. */
export function headline({ kind, incident }: NewsBody): string {
  const { severity, title } = incident
  switch (kind) {
    case 'resolve':
      return `Resolved: ${title}`
    case 'acknowledge':
      return `Acknowledged: ${title}`
    case 'test':
      return `Test: ${title}`
    default:
      return `${severity === 'page' ? 'Page' : 'Ticket'}: ${title}`
  }
}

export function webhookForm(body: NewsBody, key: string): string {
  const { incident } = body
  return JSON.stringify({
    version: 1,
    kind: body.kind,
    key,
    at: iso(body.at),
    says: body.says,
    incident: {
      ...incident,
      openedAt: iso(incident.openedAt),
      resolvedAt: incident.resolvedAt === null ? null : iso(incident.resolvedAt),
    },
    alerts: body.alerts,
    mutes: body.mutes,
  })
}

/** `t=<epoch s>,v1=<hex HMAC-SHA256 of "t.body">`: a receiver checks both the key and the age. */
export function signatureOf(secret: string, body: string, at: number): string {
  const t = Math.floor(at / 1000)
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`
}

const marks: Record<NewsBody['incident']['severity'], string> = {
  page: ':rotating_light:',
  ticket: ':ticket:',
}

export function slackForm(body: NewsBody): string {
  const { incident, says, alerts, mutes } = body
  const title = incident.url === null ? incident.title : `<${incident.url}|${escapeSlack(incident.title)}>`
  const mark = body.kind === 'resolve' ? ':white_check_mark:' : marks[incident.severity]
  const facts = [
    `*Severity:* ${incident.severity}`,
    `*Cause:* ${escapeSlack(incident.cause)}`,
    ...(incident.owner === null ? [] : [`*Owner:* ${escapeSlack(incident.owner)}`]),
    ...(incident.pipelines.length === 0
      ? []
      : [`*Pipelines:* ${escapeSlack(incident.pipelines.join(', '))}`]),
  ]
  const more = alerts.filter((one) => one.says !== says).map((one) => `• ${escapeSlack(one.title)}`)
  const muted = mutes.length === 0 ? [] : [`Not told by themselves: ${escapeSlack(mutes.join('; '))}`]
  const section = (text: string) => ({
    type: 'section',
    text: { type: 'mrkdwn', text: text.slice(0, 2_900) },
  })
  return JSON.stringify({
    text: headline(body),
    blocks: [
      section(
        `${mark} *${headline({ ...body, incident: { ...incident, title: '' } })}* ${title}\n${escapeSlack(says)}`,
      ),
      { type: 'section', fields: facts.map((text) => ({ type: 'mrkdwn', text: text.slice(0, 1_900) })) },
      ...(more.length + muted.length === 0 ? [] : [section([...more, ...muted].join('\n'))]),
    ],
  })
}

const escapeSlack = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const pagerDutyActions = { acknowledge: 'acknowledge', resolve: 'resolve' } as const

/** Events API v2. A trigger with a key that is known updates the receiver's incident. */
export function pagerDutyForm(body: NewsBody, key: string, routingKey: string): string {
  const { incident, kind, says, alerts, mutes } = body
  const action = kind === 'acknowledge' || kind === 'resolve' ? pagerDutyActions[kind] : 'trigger'
  const known = { routing_key: routingKey, event_action: action, dedup_key: key }
  if (action !== 'trigger') return JSON.stringify(known)
  return JSON.stringify({
    ...known,
    client: 'Parallax',
    ...(incident.url !== null && {
      client_url: incident.url,
      links: [{ href: incident.url, text: 'The incident in Parallax' }],
    }),
    payload: {
      summary: `${incident.title}: ${says}`.slice(0, 1_024),
      source: incident.pipelines[0] ?? 'parallax',
      severity: incident.severity === 'page' ? 'critical' : 'warning',
      timestamp: iso(incident.openedAt),
      component: incident.cause,
      group: incident.owner ?? 'platform',
      class: alerts[0]?.rule ?? incident.cause,
      custom_details: {
        says,
        pipelines: incident.pipelines,
        objectives: incident.objectives,
        alerts,
        mutes,
        runbook: incident.runbook,
      },
    },
  })
}

/** It forgets an alert that is not sent again for this long. */
export const alertmanagerKeepsMs = 5 * 60_000

/** POST /api/v2/alerts. Labels are what it knows an alert by; a severity that changed ends the one before. */
export function alertmanagerForm(body: NewsBody, key: string): string {
  const { incident, at, says, kind } = body
  const form = (severity: string, endsAt: number) => ({
    labels: {
      alertname: headlineName(incident.cause),
      incident: key,
      cause: incident.cause,
      severity,
      service: 'parallax',
    },
    annotations: {
      summary: incident.title,
      description: says,
      pipelines: incident.pipelines.join(', '),
      runbook: incident.runbook ?? '',
    },
    startsAt: iso(incident.openedAt),
    endsAt: iso(endsAt),
    ...(incident.url !== null && { generatorURL: incident.url }),
  })
  const ends = kind === 'resolve' || kind === 'test' ? (incident.resolvedAt ?? at) : at + alertmanagerKeepsMs
  const before = incident.severityBefore
  return JSON.stringify([
    form(incident.severity, ends),
    ...(before !== null && before !== incident.severity ? [form(before, at)] : []),
  ])
}

/** `speed:departures` → `ParallaxSpeed`: a name for routing that has few values. */
const headlineName = (cause: string) => {
  const kind = cause.split(':', 1)[0] ?? cause
  return `Parallax${kind.charAt(0).toUpperCase()}${kind.slice(1)}`
}

/** Subject and text of a mail; a reply goes below its incident's first. */
export function mailForm(body: NewsBody): { subject: string; text: string } {
  const { incident, says, alerts, mutes } = body
  const others = alerts.filter((one) => one.says !== says)
  const lines = [
    headline(body),
    '',
    says,
    '',
    ...others.map((one) => `- ${one.title}: ${one.says}`),
    ...(others.length > 0 ? [''] : []),
    `Cause: ${incident.cause}`,
    `Severity: ${incident.severity}`,
    ...(incident.owner === null ? [] : [`Owner: ${incident.owner}`]),
    ...(incident.pipelines.length === 0 ? [] : [`Pipelines: ${incident.pipelines.join(', ')}`]),
    ...(incident.objectives.length === 0 ? [] : [`Objectives: ${incident.objectives.join(', ')}`]),
    `Since: ${iso(incident.openedAt)}`,
    ...(incident.runbook === null ? [] : [`Runbook: ${incident.runbook}`]),
    ...(mutes.length === 0 ? [] : ['', `Not told by themselves: ${mutes.join('; ')}`]),
    ...(incident.url === null ? [] : ['', incident.url]),
  ]
  return {
    subject: `[Parallax] ${headline({ ...body, kind: body.kind === 'test' ? 'test' : 'trigger' })}`.slice(
      0,
      200,
    ),
    text: lines.join('\n'),
  }
}
