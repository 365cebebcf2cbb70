import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { AppError } from '../../../platform'

/** OpenSLO v1, as the specification lays it down; what it leaves to implementers is let through. */
export const apiVersion = 'openslo/v1'

const documentsLimit = 500
const name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
  message: 'expected a name of lower case letters, digits and `-`, at most 63 characters',
})
const key = z.string().min(1).max(63)
const description = z.string().max(1_050).nullish()

const metadata = z.looseObject({
  name,
  displayName: z.string().nullish(),
  labels: z.record(key, z.union([z.string(), z.array(z.string())])).nullish(),
  annotations: z.record(z.string().max(317), z.string()).nullish(),
})

const metricSource = z.looseObject({
  metricSource: z.looseObject({
    metricSourceRef: z.string().nullish(),
    type: z.string().nullish(),
    spec: z.record(z.string(), z.unknown()).nullish(),
  }),
})
export type MetricSource = z.infer<typeof metricSource>

const sliSpec = z
  .looseObject({
    description,
    thresholdMetric: metricSource.optional(),
    ratioMetric: z
      .looseObject({
        counter: z.boolean().optional(),
        good: metricSource.optional(),
        bad: metricSource.optional(),
        total: metricSource.optional(),
        raw: metricSource.optional(),
        rawType: z.enum(['success', 'failure']).optional(),
      })
      .optional(),
  })
  .refine((spec) => (spec.thresholdMetric === undefined) !== (spec.ratioMetric === undefined), {
    message: 'expected either thresholdMetric or ratioMetric',
  })

const indicator = z.looseObject({ metadata, spec: sliSpec })
export type Indicator = z.infer<typeof indicator>

const timeWindow = z.looseObject({
  duration: z.string(),
  isRolling: z.boolean().optional(),
  calendar: z.looseObject({ startTime: z.string(), timeZone: z.string() }).nullish(),
})

const objective = z.looseObject({
  displayName: z.string().nullish(),
  op: z.enum(['lte', 'gte', 'lt', 'gt']).optional(),
  value: z.number().optional(),
  target: z.number().min(0).lt(1).optional(),
  targetPercent: z.number().min(0).lt(100).optional(),
  timeSliceTarget: z.number().gt(0).max(1).optional(),
  timeSliceWindow: z.union([z.string(), z.number()]).optional(),
  indicator: indicator.optional(),
  indicatorRef: z.string().optional(),
  compositeWeight: z.number().gt(0).optional(),
})
export type SloObjective = z.infer<typeof objective>

const sloSpec = z.looseObject({
  description,
  service: z.string().nullish(),
  indicator: indicator.optional(),
  indicatorRef: z.string().optional(),
  timeWindow: z.array(timeWindow).max(1, 'expected exactly one time window').optional(),
  budgetingMethod: z.enum(['Occurrences', 'Timeslices', 'RatioTimeslices']).default('Occurrences'),
  objectives: z.array(objective).min(1).max(200),
  alertPolicies: z.array(z.unknown()).nullish(),
})

const head = { apiVersion: z.literal(apiVersion), metadata }
const anySpec = z.record(z.string(), z.unknown())
const document = z.discriminatedUnion('kind', [
  z.looseObject({ ...head, kind: z.literal('SLO'), spec: sloSpec }),
  z.looseObject({ ...head, kind: z.literal('SLI'), spec: sliSpec }),
  z.looseObject({ ...head, kind: z.literal('DataSource'), spec: anySpec }),
  z.looseObject({ ...head, kind: z.literal('Service'), spec: anySpec.nullish() }),
  z.looseObject({ ...head, kind: z.literal('AlertPolicy'), spec: anySpec }),
  z.looseObject({ ...head, kind: z.literal('AlertCondition'), spec: anySpec }),
  z.looseObject({ ...head, kind: z.literal('AlertNotificationTarget'), spec: anySpec }),
])
export type OpenSloDocument = z.infer<typeof document>
export type Slo = Extract<OpenSloDocument, { kind: 'SLO' }>

export interface Problem {
  path: string
  expected: string
}

/** The documents of a file, and each as it was written: what is exported again is the latter. */
export interface ReadDocument {
  document: OpenSloDocument
  written: unknown
}

export function readOpenSlo(text: string): ReadDocument[] {
  const problems: Problem[] = []
  const parsed = parseAllDocuments(text)
  if (!Array.isArray(parsed)) throw refused([{ path: '', expected: 'at least one document' }])
  if (parsed.length > documentsLimit)
    throw refused([{ path: '', expected: `at most ${documentsLimit} documents; split the file` }])
  const written = parsed.flatMap((one, i) => {
    const [error] = one.errors
    if (error) {
      problems.push({
        path: `document ${i + 1}`,
        expected: `YAML or JSON: ${error.message.split('\n')[0] ?? ''}`,
      })
      return []
    }
    const value: unknown = one.toJS()
    // A file may end in a separator.
    if (value === null) return []
    return Array.isArray(value) ? (value as unknown[]) : [value]
  })
  const read = written.flatMap((value, i) => readValue(value, `document ${i + 1}`, problems))
  if (problems.length > 0) throw refused(problems)
  if (read.length === 0) throw refused([{ path: '', expected: 'at least one document' }])
  return read
}

/** Documents that were stored: they were valid when they came. */
export const readWritten = (written: readonly unknown[]): ReadDocument[] =>
  written.flatMap((value) => readValue(value, '', []))

function readValue(value: unknown, place: string, problems: Problem[]): ReadDocument[] {
  const result = document.safeParse(value)
  if (result.success) return [{ document: result.data, written: value }]
  for (const issue of result.error.issues.slice(0, 20))
    problems.push({ path: `${place}: ${issue.path.join('.')}`, expected: issue.message })
  return []
}

export function refused(problems: Problem[]): AppError {
  const [first] = problems
  const where = first?.path ? `${first.path}: ` : ''
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more, see \`problems\`)` : ''
  return new AppError(
    'bad_request',
    `The OpenSLO documents were refused: ${where}${first?.expected ?? 'not valid'}${more}. Correct them and import them again.`,
    { details: { problems } },
  )
}
