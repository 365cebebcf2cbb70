import { z } from 'zod'
import type { FieldType } from '../../../pipeline'
import { AppError } from '../../../platform'
import type { Console } from '../../console'
import type { Fields, Result, Scalar } from '../expectation'

export type QueryDeps = Pick<Console, 'pool' | 'nats' | 'clock' | 'archiveDir' | 'archiveReader'>

/** A question that a runbook may ask; the only ones there are. */
export interface NamedQuery {
  /** What it tells, in one line. */
  doc: string
  args: z.ZodObject
  fields: Fields
  ask: (
    deps: QueryDeps,
    args: Record<string, Exclude<Scalar, null>>,
  ) => Promise<{ result: Result; says: string }>
}

interface TypeOf {
  number: number
  string: string
  boolean: boolean
}
type ResultOf<F extends Record<string, FieldType>> = { [Name in keyof F]: TypeOf[F[Name]] | null }

export function namedQuery<A extends z.ZodObject, F extends Record<string, FieldType>>(query: {
  doc: string
  args: A
  fields: F
  read: (deps: QueryDeps, args: z.output<A>) => Promise<ResultOf<F>>
  /** The result in a sentence. */
  tell: (result: ResultOf<F>, args: z.output<A>) => string
}): NamedQuery {
  const { doc, args: schema, fields, read, tell } = query
  return {
    doc,
    args: schema,
    fields,
    async ask(deps, given) {
      const args = readArgs(schema, given)
      const result = await read(deps, args)
      return { result, says: tell(result, args) }
    },
  }
}

function readArgs<A extends z.ZodObject>(schema: A, given: Record<string, Scalar>): z.output<A> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AppError(
    'bad_request',
    `The check was not run: its argument ${issue?.path.join('.') ?? ''} is not good: ${issue?.message ?? ''}. Correct the runbook or its variables.`,
  )
}

export const pipelineArg = z.string().min(1).max(128)
export const minutesArg = (fallback: number) => z.coerce.number().min(1).max(1_440).default(fallback)

/** Epoch ms from an ISO instant. */
const instantArg = z
  .string()
  .transform((text) => Date.parse(text))
  .refine((at) => !Number.isNaN(at), { message: 'an ISO instant, as 2026-01-31T08:00:00Z' })

export const rangeArgs = { from: instantArg, to: instantArg }
export const minuteMs = 60_000
