import type { IncidentDetail, PostmortemText, TimelineEntry } from './model'

export const emptyPostmortem: PostmortemText = {
  summary: '',
  layer: '',
  impact: '',
  rootCauseKind: '',
  rootCause: '',
  remediation: '',
  actions: '',
  lessons: '',
}

const open = '_To be written._'

/** The postmortem as Markdown: the guide's review list, filled from data and from what people wrote. */
export function writePostmortem(incident: IncidentDetail): string {
  const { postmortem, title, id, candidates, severity } = incident
  const { text, facts } = postmortem
  return [
    `# Incident ${id}: ${inline(title)}`,
    '',
    table(['What', 'Value'], headRows(incident)),
    '',
    '## Summary',
    '',
    text.summary || `${inline(incident.says)} (${severity})`,
    '',
    '## Which layer failed, and why',
    '',
    text.layer ||
      (facts.layer.name === 'none' ? facts.layer.why : `**${facts.layer.name}**. ${facts.layer.why}`),
    '',
    '## Time to detect and time to reconcile',
    '',
    table(['What', 'When (UTC)', 'After'], timeRows(incident)),
    '',
    facts.says.reconcile,
    '',
    '## Impact against objectives',
    '',
    affectedTable(incident),
    ...(text.impact ? ['', text.impact] : []),
    '',
    '## Root cause',
    '',
    `Kind: ${text.rootCauseKind || '_code, infra, data or process: to be decided_'}`,
    '',
    text.rootCause || open,
    ...(candidates.length > 0
      ? [
          '',
          'What the data offers, most likely first:',
          '',
          ...candidates
            .slice(0, 6)
            .map(
              ({ at, title: what, says, fit }) => `- ${utc(at)} ${inline(what)}: ${inline(says)} (${fit})`,
            ),
        ]
      : []),
    '',
    '## Remediation: what is automated and tested now',
    '',
    text.remediation || open,
    ...runLines(incident),
    '',
    '## Actions',
    '',
    text.actions || open,
    '',
    '## What we learned',
    '',
    text.lessons || open,
    '',
    '## Timeline',
    '',
    timelineTable(incident.timeline),
    ...(incident.isTimelineCut ? ['', '_Older entries are left out._'] : []),
    '',
  ].join('\n')
}

function headRows(incident: IncidentDetail): string[][] {
  const { severity, cause, owner, pipelines, openedAt, openedBy, resolvedAt, resolvedBy } = incident
  const windows =
    incident.variables.from && incident.variables.to
      ? `${incident.variables.from} to ${incident.variables.to}`
      : 'not known'
  return [
    ['Severity', severity],
    ['Cause', cause],
    ['Owner', owner ?? 'nobody'],
    ['Pipelines', pipelines.join(', ') || 'none'],
    ['Windows affected', windows],
    ['Opened', `${utc(openedAt)} by ${openedBy}`],
    ['Resolved', resolvedAt === null ? 'not yet' : `${utc(resolvedAt)} by ${resolvedBy ?? 'nobody'}`],
  ]
}

function timeRows({ postmortem, acknowledgedAt, acknowledgedBy, resolvedAt }: IncidentDetail): string[][] {
  const { facts } = postmortem
  return [
    ['First sign', utc(facts.firstSignAt), '–'],
    ['Detected', utc(facts.detectedAt), span(facts.timeToDetectMs)],
    [
      `Acknowledged${acknowledgedBy ? ` by ${acknowledgedBy}` : ''}`,
      utc(acknowledgedAt),
      span(facts.timeToAcknowledgeMs),
    ],
    ['Reconciled', utc(facts.reconciledAt), span(facts.timeToReconcileMs)],
    ['Resolved', utc(resolvedAt), span(facts.timeToResolveMs)],
  ]
}

function affectedTable({ affected }: IncidentDetail): string {
  if (affected.length === 0) return 'No objective lost budget while it was open.'
  return table(
    ['Objective', 'Target', 'Bad of total', 'Budget used', 'Budget left'],
    affected.map(({ id, target, bad, total, budgetUsed, budgetLeft }) => [
      id,
      percent(target),
      `${count(bad)} of ${count(total)}`,
      budgetUsed === null ? 'not known' : percent(budgetUsed),
      budgetLeft === null ? 'no data' : percent(budgetLeft),
    ]),
  )
}

function runLines({ runs }: IncidentDetail): string[] {
  if (runs.length === 0) return ['', 'No runbook was carried out.']
  return [
    '',
    ...runs.map(
      ({ runbook, version, startedBy, outcome, score, startedAt, finishedAt }) =>
        `- Runbook ${runbook} (version ${version}) by ${startedBy}: ${outcome ?? 'under way'}${
          score === null ? '' : `, ${percent(score)} of its checks passed`
        }${finishedAt === null ? '' : `, in ${span(finishedAt - startedAt)}`}`,
    ),
  ]
}

const timelineTable = (entries: readonly TimelineEntry[]): string =>
  table(
    ['When (UTC)', 'Who', 'What'],
    entries.map(({ at, actor, says }) => [utc(at), actor, says]),
  )

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `| ${head.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n')
}

/** What comes from outside must not become markup of the document. */
const inline = (text: string) =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>]/g, (sign) => `\\${sign}`)
const cell = (text: string) => inline(text).replaceAll('|', '\\|')

const utc = (at: number | null) =>
  at === null ? 'not yet' : new Date(at).toISOString().replace('T', ' ').slice(0, 19)
const percent = (share: number) => `${Number((share * 100).toFixed(3))} %`
const count = (n: number) => Math.round(n).toLocaleString('en-US')

function span(ms: number | null): string {
  if (ms === null) return '–'
  const s = Math.round(ms / 1_000)
  if (s < 120) return `${s} s`
  if (s < 7_200) return `${Math.floor(s / 60)} min ${s % 60} s`
  return `${Math.floor(s / 3_600)} h ${Math.floor((s % 3_600) / 60)} min`
}
