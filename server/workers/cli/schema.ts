import { readFileSync } from 'node:fs'
import { AppError } from '../../platform'
import { jsonBody, type ApiClient } from './api-client'
import type { Command } from './command'

interface Registered {
  id: number
  version?: number
}

export const schema: Command = {
  usage: 'schema check|register <subject> <schema.json>',
  summary:
    'register puts a JSON Schema in force for the events of a subject (their dataschema, else their type), from the next message on. check, or register --dry-run, says whether it would change anything.',
  positionals: { min: 3, max: 3 },
  async run({ api, positionals, dryRun, answer }) {
    const [verb, subject = '', file = ''] = positionals
    if (verb !== 'check' && verb !== 'register')
      throw new AppError('bad_request', `Use parallax ${schema.usage}`)
    const text = readSchema(file)
    const versions = `/api/registry/subjects/${encodeURIComponent(subject)}/versions`
    if (verb === 'check' || dryRun) {
      const latest = await latestOf(api, versions)
      const isSame = latest !== null && canonical(latest) === canonical(text)
      const what =
        latest === null
          ? 'would be its first version'
          : isSame
            ? 'is in force already'
            : 'would be a new version'
      answer(
        { subject, valid: true, unchanged: isSame, isNew: latest === null },
        `${subject}: the schema ${what}`,
      )
      return 0
    }
    const registered = await api.call<Registered>(
      'POST',
      versions,
      jsonBody({ schemaType: 'JSON', schema: text }),
    )
    answer({ subject, ...registered }, `${subject}: registered with id ${registered.id}`)
    return 0
  },
}

async function latestOf(api: ApiClient, versions: string): Promise<string | null> {
  try {
    const latest = await api.call<{ schema: string }>('GET', `${versions}/latest`)
    return latest.schema
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null
    throw error
  }
}

function readSchema(file: string): string {
  try {
    const text = readFileSync(file, 'utf8')
    const value: unknown = JSON.parse(text)
    if (typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value)))
      return text
    throw new Error('a JSON Schema is an object or a boolean')
  } catch (error) {
    throw new AppError('bad_request', `Reading the schema ${file} failed: ${(error as Error).message}.`)
  }
}

const canonical = (text: string) => JSON.stringify(JSON.parse(text))
