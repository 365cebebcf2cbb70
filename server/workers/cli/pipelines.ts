import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isMap, parse, parseAllDocuments, stringify } from 'yaml'
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

interface Slo {
  id: string
  change: 'created' | 'changed' | 'unchanged'
}

interface Outcome {
  file: string
  applied: Applied | null
  /** Of a file of OpenSLO documents. */
  slos: Slo[] | null
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
  for (const file of pipelinesFirst(definitionFiles(dir))) outcomes.push(await applyFile(api, file, dryRun))
  const runbooks = await applyRunbookFiles(api, dir, dryRun)
  const text = [
    ...outcomes.map(
      ({ file, applied, slos, error }) =>
        `${file}: ${error ?? (slos ? saySlos(slos, dryRun) : say(applied, dryRun))}`,
    ),
    ...runbooks.map(({ file, says }) => `${file}: ${says}`),
  ].join('\n')
  answer({ dryRun, outcomes, runbooks }, text)
  return [...outcomes, ...runbooks].some(({ error }) => error !== null) ? 1 : 0
}

/** Objectives name pipelines, which may come with the same folder. */
function pipelinesFirst(files: readonly string[]): string[] {
  const later = files.filter((file) => isOpenSlo(readFileSync(file, 'utf8')))
  return [...files.filter((file) => !later.includes(file)), ...later]
}

/** One bad file must not keep the others from being applied, or from being judged. */
async function applyFile(api: ApiClient, file: string, dryRun: boolean): Promise<Outcome> {
  try {
    const text = readFileSync(file, 'utf8')
    const query = dryRun ? '?dryRun=true' : ''
    if (isOpenSlo(text)) return { file, ...(await importFile(api, text, query)), error: null }
    const document: unknown = parse(text)
    const applied = await api.call<Applied>('POST', `/api/v1/pipelines${query}`, jsonBody(document))
    return { file, applied, slos: null, error: null }
  } catch (error) {
    return { file, applied: null, slos: null, error: (error as Error).message }
  }
}

/** A file may hold several documents; pipelines are one a file. */
function isOpenSlo(text: string): boolean {
  const [first] = [parseAllDocuments(text)].flat()
  const version: unknown = isMap(first?.contents) ? first.contents.get('apiVersion') : null
  return typeof version === 'string' && version.startsWith('openslo/')
}

async function importFile(
  api: ApiClient,
  text: string,
  query: string,
): Promise<Pick<Outcome, 'applied' | 'slos'>> {
  const body = { type: 'application/yaml', text }
  const { slos } = await api.call<{ slos: Slo[] }>('POST', `/api/v1/slos${query}`, body)
  return { applied: null, slos }
}

function saySlos(slos: readonly Slo[], dryRun: boolean): string {
  const changed = slos.filter(({ change }) => change !== 'unchanged')
  if (changed.length === 0) return 'unchanged'
  const verb = (change: string) => (dryRun ? `would be ${change}` : change)
  return changed.map(({ id, change }) => `objective ${id} ${verb(change)}`).join(', ')
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
