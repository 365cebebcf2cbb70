import type { Severity } from '../model'
import type { FactPart } from './facts'

/** A rule of the table. `threshold` is in the unit that `says` names; null: the rule has none. */
export interface AlertRule {
  name: string
  title: string
  says: string
  severity: Severity
  isEnabled: boolean
  /** It must hold this long before it fires. */
  forS: number
  /** It resolves after this long without a sign of it. */
  quietS: number
  threshold: number | null
  unit: string | null
  runbook: string | null
  /** After the cause that explained it has ended it stays muted this long: figures over a window lag behind. */
  aftermathS: number
  /** Goes to every step of its route at once: the lead is among them. */
  isForLead: boolean
  /** Parts of the facts it needs. */
  needs: FactPart[]
}

/** What the Alerts screen may change of a rule. */
export interface RuleChange {
  severity?: Severity | undefined
  isEnabled?: boolean | undefined
  forS?: number | undefined
  quietS?: number | undefined
  threshold?: number | null | undefined
  runbook?: string | null | undefined
}

type Given = Pick<AlertRule, 'title' | 'says' | 'severity' | 'needs'> & Partial<AlertRule>

const rule = (name: string, given: Given): AlertRule => ({
  name,
  isEnabled: true,
  forS: 15,
  quietS: 30,
  threshold: null,
  unit: null,
  runbook: null,
  aftermathS: 60,
  isForLead: false,
  ...given,
})

const minute = 60
const hour = 3_600

const platformRules: AlertRule[] = [
  rule('store.away', {
    title: 'Postgres is away',
    says: 'The database does not answer.',
    severity: 'page',
    needs: [],
  }),
  rule('log.away', {
    title: 'The log is away',
    says: 'NATS does not answer.',
    severity: 'page',
    needs: [],
    runbook: 'f2-speed-lag',
  }),
  rule('disk.filling', {
    title: 'A disk fills up',
    says: 'More than this share of a disk that log, database or archive write to is in use, or events are refused for want of room.',
    severity: 'page',
    threshold: 0.85,
    unit: 'share',
    runbook: 'full-disk',
    needs: ['disks'],
  }),
  rule('workers.missing', {
    title: 'Workers are missing',
    says: 'No worker of a role that is needed says that it lives.',
    severity: 'page',
    needs: ['workers'],
  }),
  rule('watcher.late', {
    title: 'The watcher is late',
    says: 'Rounds of the evaluation are further apart than this, or a part has not been seen for a minute.',
    severity: 'ticket',
    threshold: 30,
    unit: 's',
    needs: [],
  }),
  rule('probe.failed', {
    aftermathS: 180,
    title: 'The synthetic probe does not come through',
    says: 'No synthetic read or event came through for this long.',
    severity: 'page',
    threshold: 180,
    unit: 's',
    needs: ['probes'],
  }),
  rule('notification.failing', {
    title: 'Notifications do not arrive',
    says: 'A channel has had something to deliver for this long, or refused it.',
    severity: 'ticket',
    threshold: 600,
    unit: 's',
    needs: ['channels'],
  }),
]

const speedRules: AlertRule[] = [
  rule('speed.outage', {
    title: 'The speed layer stands still',
    says: 'Events wait and nothing was committed for this long.',
    severity: 'page',
    threshold: 30,
    unit: 's',
    runbook: 'f2-speed-lag',
    forS: 0,
    needs: ['pipelines'],
  }),
  rule('backlog.growing', {
    title: 'The backlog grows',
    says: 'More events than this wait, and more than two minutes ago.',
    severity: 'ticket',
    threshold: 1_000,
    unit: 'events',
    runbook: 'f2-speed-lag',
    forS: minute,
    needs: ['pipelines'],
  }),
  rule('backlog.retention', {
    title: 'Events will be lost before they are counted',
    says: 'Catching up takes longer than the log keeps what waits, or less than this is left.',
    severity: 'page',
    threshold: hour,
    unit: 's',
    runbook: 'f2-speed-lag',
    needs: ['pipelines'],
  }),
  rule('archive.behind', {
    aftermathS: 120,
    title: 'The archive is behind',
    says: 'More messages than this are not archived, or it has stood still for five minutes.',
    severity: 'page',
    threshold: 50_000,
    unit: 'messages',
    forS: minute,
    needs: ['archive'],
  }),
  rule('archive.lost', {
    title: 'The archive has lost events',
    says: 'A file of the archive is damaged or missing, or the log dropped what was not archived, and nothing holds the events any more. Found in the last day.',
    severity: 'page',
    forS: 0,
    runbook: 'lost-events',
    needs: ['archive'],
  }),
  rule('cardinality.limit', {
    title: 'Windows have too many keys',
    says: 'A window has more than this share of the keys it may have; beyond all of them its speed layer stands still.',
    severity: 'page',
    threshold: 0.8,
    unit: 'share',
    runbook: 'f2-speed-lag',
    forS: 0,
    needs: ['keys'],
  }),
  rule('archive.retention', {
    title: 'The log may drop events before they are archived',
    says: 'What is not archived has waited for more than this share of the log’s retention.',
    severity: 'page',
    threshold: 0.5,
    unit: 'share',
    runbook: 'lost-events',
    needs: ['archive'],
  }),
  rule('events.lost', {
    title: 'Events were lost',
    says: 'A stretch of the log was gone before it was archived, or cannot be read: its windows are partial.',
    severity: 'page',
    forS: 0,
    runbook: 'lost-events',
    needs: ['holes'],
  }),
  rule('events.absent', {
    aftermathS: 600,
    title: 'No events arrive',
    says: 'Nothing came for this long, of what came steadily before.',
    severity: 'ticket',
    threshold: 600,
    unit: 's',
    needs: ['traffic', 'pipelines'],
  }),
]

const batchRules: AlertRule[] = [
  rule('batch.failed', {
    title: 'Batch fails',
    says: 'A run used up its attempts, or is being tried again.',
    severity: 'page',
    runbook: 'f1-batch-failure',
    forS: 0,
    needs: ['runs'],
  }),
  rule('batch.late', {
    aftermathS: 600,
    title: 'Batch is late',
    says: 'No run succeeded for this many times its period, and a minute.',
    severity: 'page',
    threshold: 2,
    unit: 'periods',
    runbook: 'f1-batch-failure',
    needs: ['runs', 'pipelines'],
  }),
  rule('drift', {
    title: 'The layers do not mean the same',
    says: 'Batch found a difference that no declared cause explains.',
    severity: 'page',
    runbook: 'f5-serving-inconsistency',
    forS: 0,
    needs: ['comparisons'],
  }),
  rule('divergence.beyond', {
    aftermathS: 900,
    title: 'Divergence is beyond tolerance',
    says: 'More than this share of the compared cells is beyond the tolerance.',
    severity: 'ticket',
    threshold: 0.4,
    unit: 'share',
    runbook: 'f7-late-data',
    needs: ['comparisons'],
  }),
  rule('corrections.stuck', {
    title: 'Corrections are not sent',
    says: 'Corrections have waited for their stream this long.',
    severity: 'ticket',
    threshold: 120,
    unit: 's',
    needs: ['corrections'],
  }),
]

const dataRules: AlertRule[] = [
  rule('duplicates.rate', {
    aftermathS: 600,
    title: 'Many duplicates',
    says: 'More than this share of the events of the last minutes came twice.',
    severity: 'page',
    threshold: 0.01,
    unit: 'share',
    runbook: 'f3-duplicates',
    needs: ['quality'],
  }),
  rule('schema.errors', {
    title: 'Events do not match their schema',
    says: 'This many events of a type, and more than 1 % of them, were refused or parked in five minutes.',
    severity: 'page',
    threshold: 5,
    unit: 'events',
    runbook: 'f4-schema-mismatch',
    needs: ['rejections'],
  }),
  rule('late.ratio', {
    aftermathS: 900,
    title: 'Many late events',
    says: 'More than this share of the events of the last minutes was late.',
    severity: 'ticket',
    threshold: 0.15,
    unit: 'share',
    runbook: 'f7-late-data',
    needs: ['quality'],
  }),
]

const moneyAndAccessRules: AlertRule[] = [
  rule('cost.anomaly', {
    title: 'Cost is unusual',
    says: 'An hour cost this many standard deviations, and a quarter, more than the same hour usually does.',
    severity: 'ticket',
    threshold: 3,
    unit: 'z',
    runbook: 'f6-cost-spike',
    forS: 0,
    needs: ['costs'],
  }),
  rule('cost.budget', {
    title: 'The budget will not last',
    says: 'Spent, or by the forecast, more than this share of the month’s budget.',
    severity: 'ticket',
    threshold: 1,
    unit: 'share',
    runbook: 'f6-cost-spike',
    forS: 0,
    needs: ['costs'],
  }),
  rule('access.suspicious', {
    title: 'Suspicious access',
    says: 'This many refused sign-ins, unknown tokens or overstepped scopes of one origin in five minutes.',
    severity: 'page',
    threshold: 10,
    unit: 'refusals',
    runbook: 'f8-suspicious-access',
    forS: 0,
    needs: ['access'],
  }),
]

const objectiveRule = (name: string, given: Omit<Given, 'needs'>): AlertRule =>
  rule(name, { forS: 0, needs: ['objectives'], ...given })

const objectiveRules: AlertRule[] = [
  objectiveRule('burn.page_fast', {
    title: 'The error budget burns fast',
    says: '2 % of a 30 day budget in an hour.',
    severity: 'page',
    aftermathS: 6 * minute,
  }),
  objectiveRule('burn.page_slow', {
    title: 'The error budget burns',
    says: '5 % of a 30 day budget in six hours.',
    severity: 'page',
    aftermathS: 31 * minute,
  }),
  objectiveRule('burn.ticket_fast', {
    title: 'The error budget burns slowly',
    says: '10 % of a 30 day budget in a day.',
    severity: 'ticket',
    aftermathS: 2 * hour + minute,
  }),
  objectiveRule('burn.ticket_slow', {
    title: 'The error budget burns slowly',
    says: '10 % of a 30 day budget in three days.',
    severity: 'ticket',
    aftermathS: 6 * hour + minute,
  }),
  objectiveRule('budget.half', {
    title: 'Half of the error budget went in a day',
    says: 'More than this share of the budget was used in 24 hours.',
    severity: 'page',
    threshold: 0.5,
    unit: 'share',
    aftermathS: 24 * hour,
  }),
  objectiveRule('budget.spent', {
    title: 'The error budget went in a day',
    says: 'More than this share of the budget was used in 24 hours: the lead is told.',
    severity: 'page',
    threshold: 1,
    unit: 'share',
    isForLead: true,
    aftermathS: 24 * hour,
  }),
]

/** Causes before effects. */
export const defaultRules: readonly AlertRule[] = [
  ...platformRules,
  ...speedRules,
  ...batchRules,
  ...dataRules,
  ...moneyAndAccessRules,
  ...objectiveRules,
]

export type RuleTable = ReadonlyMap<string, AlertRule>

/** The rules in force: the table, with what was changed of it. */
export const rulesWith = (changes: Readonly<Record<string, RuleChange>>): RuleTable =>
  new Map(defaultRules.map((one) => [one.name, withChange(one, changes[one.name] ?? {})]))

const withChange = (rule: AlertRule, change: RuleChange): AlertRule => ({
  ...rule,
  severity: change.severity ?? rule.severity,
  isEnabled: change.isEnabled ?? rule.isEnabled,
  forS: change.forS ?? rule.forS,
  quietS: change.quietS ?? rule.quietS,
  threshold: change.threshold ?? rule.threshold,
  runbook: change.runbook ?? rule.runbook,
})
