import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse, stringify } from 'yaml'
import { AppError } from '../../platform'
import { jsonBody, type ApiClient } from './api-client'
import type { Command, CommandContext } from './command'
import { applyRunbookFiles, exportRunbookFiles } from './runbook-files'

interface Applied {
  name: string
  version: number
  changed: boolean
  recomputes: boolean
}

interface Outcome {
  file: string
  applied: Applied | null
  error: string | null
}

export const pipelines: Command = {
  usage: 'pipelines apply|export <dir> [--dry-run]',
  summary:
    'apply puts every definition of a folder (*.yaml, *.yml, *.json) and its runbooks (runbooks/*.md) in force; one that says the same changes nothing. export writes those in force into a folder.',
  positionals: { min: 2, max: 2 },
  async run(context) {
    const [verb, dir = ''] = context.positionals
    if (verb === 'apply') return apply(context, dir)
    if (verb === 'export') return exportTo(context, dir)
    throw new AppError('bad_request', `Use parallax ${pipelines.usage}`)
  },
}

async function apply({ api, dryRun, answer }: CommandContext, dir: string): Promise<number> {
  const outcomes: Outcome[] = []
  for (const file of definitionFiles(dir)) outcomes.push(await applyFile(api, file, dryRun))
  const runbooks = await applyRunbookFiles(api, dir, dryRun)
  const text = [
    ...outcomes.map(({ file, applied, error }) => `${file}: ${error ?? say(applied, dryRun)}`),
    ...runbooks.map(({ file, says }) => `${file}: ${says}`),
  ].join('\n')
  answer({ dryRun, outcomes, runbooks }, text)
  return [...outcomes, ...runbooks].some(({ error }) => error !== null) ? 1 : 0
}

/** One bad file must not keep the others from being applied, or from being judged. */
async function applyFile(api: ApiClient, file: string, dryRun: boolean): Promise<Outcome> {
  try {
    const document: unknown = parse(readFileSync(file, 'utf8'))
    const query = dryRun ? '?dryRun=true' : ''
    const applied = await api.call<Applied>('POST', `/api/v1/pipelines${query}`, jsonBody(document))
    return { file, applied, error: null }
  } catch (error) {
    return { file, applied: null, error: (error as Error).message }
  }
}

function say(applied: Applied | null, dryRun: boolean): string {
  if (!applied?.changed) return 'unchanged'
  const verb = applied.version === 1 ? 'create' : 'change'
  const recount = applied.recomputes ? ', its history is counted again' : ''
  return `${dryRun ? `would ${verb}` : `${verb}d`} ${applied.name}, version ${applied.version}${recount}`
}

async function exportTo({ api, dryRun, answer }: CommandContext, dir: string): Promise<number> {
  const { pipelines: list } = await api.call<{ pipelines: { name: string }[] }>('GET', '/api/v1/pipelines')
  const files: string[] = []
  if (!dryRun) mkdirSync(dir, { recursive: true })
  for (const { name } of list) {
    const { definition } = await api.call<{ definition: unknown }>(
      'GET',
      `/api/v1/pipelines/${encodeURIComponent(name)}`,
    )
    const file = path.join(dir, `${name}.yaml`)
    if (!dryRun) writeFileSync(file, stringify(inOrder(definition)))
    files.push(file)
  }
  files.push(...(await exportRunbookFiles(api, dir, dryRun)))
  answer({ dryRun, files }, files.map((file) => `${dryRun ? 'would write' : 'wrote'} ${file}`).join('\n'))
  return 0
}

const order = [
  ...['apiVersion', 'kind', 'metadata', 'spec'],
  ...['name', 'title', 'owner', 'tags'],
  ...['events', 'schema', 'filter', 'key', 'window', 'lateness', 'dedupe', 'measures'],
  ...['batch', 'retention', 'objectives', 'budget'],
]

/** As a person would write it: the database keeps no order of keys. Names of measures and tags stay alphabetical. */
function inOrder(value: unknown, depth = 0): unknown {
  if (depth > 1 || typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length)
  const entries = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b))
  return Object.fromEntries(entries.map(([key, inner]) => [key, inOrder(inner, depth + 1)]))
}

function definitionFiles(dir: string): string[] {
  let names: string[]
  try {
    names = readdirSync(dir)
  } catch (error) {
    throw new AppError('bad_request', `Reading the folder ${dir} failed: ${(error as Error).message}.`)
  }
  const files = names.filter((name) => /[.](ya?ml|json)$/.test(name)).sort()
  if (files.length === 0) {
    throw new AppError('bad_request', `Applying ${dir} failed: it holds no *.yaml, *.yml or *.json file.`)
  }
  return files.map((name) => path.join(dir, name))
}
