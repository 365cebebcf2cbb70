import { z } from 'zod'
import { AppError } from '../../platform'
import { indicators, type ObjectiveSpec } from '../model'
import { indicatorTable } from './indicator-table'
import { parseLocal } from './objective-window'
import { isZone } from './zoned-time'

export const partsLimit = 200
export const objectivesLimit = 5_000
const daysLimit = 400

export const idPattern = /^[a-z][a-z0-9-]{0,62}([.][a-z0-9][a-z0-9_-]{0,62})?$/

const plain = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !text.includes('\0') && !/\p{Surrogate}/u.test(text), {
      message: 'expected text without NUL and lone surrogates',
    })

const idText = z.string().regex(idPattern, {
  message:
    'expected `<pipeline>.<name>`, or the name of a composite, in lower case letters, digits, `-` and `_`',
})

const rolling = z.strictObject({
  kind: z.literal('rolling'),
  days: z
    .number()
    .min(1 / 24)
    .max(daysLimit),
})

const calendar = z.strictObject({
  kind: z.literal('calendar'),
  unit: z.enum(['day', 'week', 'month', 'quarter']),
  count: z.int().min(1).max(daysLimit),
  start: z
    .string()
    .refine((text) => Number.isFinite(parseLocal(text)), {
      message: 'expected a local time without zone, such as 2026-01-01 or 2026-01-01 12:30:00',
    })
    .transform((text) => new Date(parseLocal(text)).toISOString().slice(0, 19).replace('T', ' ')),
  zone: z.string().max(64).refine(isZone, {
    message: 'expected a zone of the IANA database, such as UTC or Europe/Berlin',
  }),
})

/** Slices lie within hours, which is what is kept of a minute that is long past. */
const sliceMinutes = z.int().refine((minutes) => minutes >= 1 && 60 % minutes === 0, {
  message: 'expected minutes that divide the hour: 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60',
})
const share = z.number().gt(0).lt(1)

const budgeting = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('occurrences') }),
  z.strictObject({
    method: z.literal('timeslices'),
    minutes: sliceMinutes,
    target: z.number().gt(0).max(1),
  }),
  z.strictObject({ method: z.literal('ratio_timeslices'), minutes: sliceMinutes }),
])

const sli = z
  .strictObject({
    pipeline: z.string().min(1).max(128),
    indicator: z.enum(indicators),
    threshold: z.number().min(0).max(1e15),
  })
  .refine(({ indicator, threshold }) => indicatorTable[indicator].unit !== null || threshold === 0, {
    path: ['threshold'],
    message: 'expected 0: a value of this indicator is bad or not',
  })

/** Form and what can be said of the spec alone; whether its pipeline and parts exist is asked of the store. */
export const objectiveSpec = z
  .strictObject({
    id: idText,
    name: plain(63),
    title: plain(200),
    owner: plain(200),
    sli: sli.nullable(),
    parts: z
      .array(z.strictObject({ id: idText, weight: z.number().gt(0).max(1e6) }))
      .max(partsLimit)
      .default([]),
    target: share,
    window: z.discriminatedUnion('kind', [rolling, calendar]),
    budgeting: budgeting.default({ method: 'occurrences' }),
    minTotal: z.int().min(0).max(1e12),
    urgency: z.enum(['page', 'ticket']).default('page'),
    labels: z.record(z.string().min(1).max(63), z.string().max(200)).default({}),
  })
  .superRefine((spec, context) => {
    const refuse = (path: string, message: string) => {
      context.addIssue({ code: 'custom', path: [path], message })
    }
    if (spec.sli === null && spec.parts.length === 0)
      refuse('parts', 'expected `sli`, or at least one part of a composite')
    if (spec.sli !== null && spec.parts.length > 0)
      refuse('parts', 'expected none: an objective has an `sli` or parts, not both')
    if (spec.sli !== null && !spec.id.startsWith(`${spec.sli.pipeline}.`))
      refuse('id', `expected ${spec.sli.pipeline}.<name>, as the objective is of that pipeline`)
    if (spec.sli === null && spec.id.includes('.'))
      refuse('id', 'expected a name without a dot: a composite belongs to no pipeline')
    if (spec.sli === null && spec.budgeting.method !== 'occurrences')
      refuse('budgeting', 'expected occurrences: its parts say how they are counted')
    const ids = spec.parts.map(({ id }) => id)
    if (new Set(ids).size < ids.length) refuse('parts', 'expected each part once')
    if (Object.keys(spec.labels).length > 32) refuse('labels', 'expected at most 32 labels')
  })

/** Throws `bad_request` with each place and what was expected there. */
export function checkSpec(input: unknown): ObjectiveSpec {
  const result = objectiveSpec.safeParse(input)
  if (result.success) return result.data
  const problems = result.error.issues.slice(0, 20).map((issue) => ({
    path: issue.path.join('.'),
    expected: issue.message,
  }))
  throw refusedSpec(problems)
}

export function refusedSpec(problems: { path: string; expected: string }[]): AppError {
  const [first] = problems
  const place = first?.path ? `\`${first.path}\`` : 'the objective'
  return new AppError(
    'bad_request',
    `The objective was refused: ${place}: ${first?.expected ?? 'it is not valid'}. Correct it and save it again.`,
    { details: { problems } },
  )
}
