import { inTransaction, type Pool, type PoolClient } from '../clients'
import { computeHash, fieldTypesOf, formatDefinition, parseDefinition, schemaSubjectOf } from '../pipeline'
import type { Definition, FieldTypes, Problem } from '../pipeline'
import { AppError, type Clock } from '../platform'
import { audit } from './audit'
import { canonicalJson } from './canonical-json'
import type { AppliedDefinition } from './model'
import { countPipelines, ensureCompute, findPipeline, lockDefinitions, putVersion } from './pipeline-store'
import { fixPartitions } from './setting-store'

/** Each pipeline reads the log for itself: more than this one installation does not carry. */
export const pipelinesLimit = 200

/** Where the types that a schema declares come from. */
export interface SchemaSource {
  get(subject: string, version: 'latest'): Promise<{ schema: string } | null>
}

interface Deps {
  pool: Pool
  clock: Clock
  registry: SchemaSource
}

interface Request {
  /** The document: YAML or JSON text, or a parsed value. */
  input: unknown
  actor: string
  reason: string | null
  /** The name it must have, where the address names one. */
  name?: string
}

/**
 * Puts a definition in force as the pipeline's next version. A document that says the same as the one in force
 * changes nothing. Throws `bad_request` with `problems` when it is not valid.
 */
export async function applyDefinition(deps: Deps, request: Request): Promise<AppliedDefinition> {
  const { definition, problems } = await readDefinition(deps, request)
  const document: unknown = formatDefinition(definition)
  return inTransaction(deps.pool, async (client) => {
    await lockDefinitions(client)
    const known = await findPipeline(client, definition.name)
    const current = known?.deletedAt === null ? known : null
    const answer = { name: definition.name, definition: document, problems }
    if (current && canonicalJson(current.document) === canonicalJson(document))
      return { ...answer, version: current.version, created: false, changed: false, recomputes: false }
    if (!current) await requireRoom(client)
    const computeId = await ensureCompute(client, {
      pipeline: definition.name,
      hash: computeHash(definition),
      type: definition.eventType,
      partitions: await fixPartitions(client),
    })
    const { actor, reason } = request
    const version = await putVersion(client, {
      pipeline: definition.name,
      document,
      computeId,
      actor,
      reason,
    })
    const recomputes = current !== null && current.computeId !== computeId
    await audit(client, deps.clock, {
      actor,
      action: current ? 'pipeline.change' : 'pipeline.create',
      object: definition.name,
      detail: { version, computeId, recomputes, reason },
    })
    return { ...answer, version, created: current === null, changed: true, recomputes }
  })
}

/** Validates as `applyDefinition` does and says what it would do, without doing it. */
export async function previewDefinition(deps: Deps, request: Request): Promise<AppliedDefinition> {
  const { definition, problems } = await readDefinition(deps, request)
  const document: unknown = formatDefinition(definition)
  const known = await findPipeline(deps.pool, definition.name)
  const current = known?.deletedAt === null ? known : null
  const changed = !current || canonicalJson(current.document) !== canonicalJson(document)
  return {
    name: definition.name,
    version: changed ? (known?.version ?? 0) + 1 : current.version,
    created: current === null,
    changed,
    recomputes:
      current !== null && (await computeHashOf(deps.pool, current.computeId)) !== computeHash(definition),
    definition: document,
    problems,
  }
}

export async function computeHashOf(
  pool: Pick<Pool | PoolClient, 'query'>,
  computeId: number,
): Promise<string | null> {
  const { rows } = await pool.query<{ hash: string }>('SELECT hash FROM compute WHERE id = $1', [computeId])
  return rows[0]?.hash ?? null
}

/** Reads and checks a document against the declared types; throws `bad_request` with `problems`. */
export async function readDefinition(
  { registry }: { registry: SchemaSource },
  { input, name }: Pick<Request, 'input' | 'name'>,
): Promise<{ definition: Definition; problems: Problem[] }> {
  const subject = schemaSubjectOf(input)
  const fieldTypes = subject === null ? null : await declaredTypes(registry, subject)
  const parsed = parseDefinition(input, fieldTypes ? { fieldTypes } : {})
  if (!parsed.ok) throw invalid(parsed.problems)
  const { definition } = parsed
  if (name !== undefined && definition.name !== name)
    throw invalid([
      { path: 'metadata.name', value: definition.name, expected: `the name in the address, ${name}` },
    ])
  if (subject === null || fieldTypes) return { definition, problems: [] }
  const expected = 'a subject of the schema registry; until it is registered the events are read untyped'
  return { definition, problems: [{ path: 'spec.schema', value: subject, expected }] }
}

async function declaredTypes(registry: SchemaSource, subject: string): Promise<FieldTypes | null> {
  const schema = await registry.get(subject, 'latest')
  return schema && fieldTypesOf(JSON.parse(schema.schema))
}

async function requireRoom(client: PoolClient): Promise<void> {
  if ((await countPipelines(client)) >= pipelinesLimit)
    throw new AppError(
      'conflict',
      `Creating the pipeline was refused: there are ${pipelinesLimit} already. Remove one first.`,
    )
}

function invalid(problems: Problem[]): AppError {
  const [first] = problems
  const what = first ? `${first.path || 'the document'}: expected ${first.expected}` : 'it is not valid'
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more, see \`problems\`)` : ''
  return new AppError(
    'bad_request',
    `The definition was refused: ${what}${more}. Correct it and apply it again.`,
    {
      details: { problems },
    },
  )
}
