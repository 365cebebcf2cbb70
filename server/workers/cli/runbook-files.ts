import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { jsonBody, type ApiClient } from './api-client'

interface RunbookOutcome {
  file: string
  runbook: { name: string; version: number; created: boolean; changed: boolean } | null
  error: string | null
  says: string
}

const folderOf = (dir: string) => path.join(dir, 'runbooks')

/** Puts the runbooks of a folder's `runbooks/*.md` in force; one that says the same changes nothing. */
export async function applyRunbookFiles(
  api: ApiClient,
  dir: string,
  dryRun: boolean,
): Promise<RunbookOutcome[]> {
  const folder = folderOf(dir)
  if (!existsSync(folder)) return []
  const outcomes: RunbookOutcome[] = []
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.md')) continue
    const file = path.join(folder, name)
    try {
      const body = jsonBody({ text: readFileSync(file, 'utf8') })
      const runbook = await api.call<NonNullable<RunbookOutcome['runbook']>>(
        'POST',
        `/api/v1/runbooks${dryRun ? '?dryRun=true' : ''}`,
        body,
      )
      outcomes.push({ file, runbook, error: null, says: say(runbook, dryRun) })
    } catch (error) {
      const { message } = error as Error
      outcomes.push({ file, runbook: null, error: message, says: message })
    }
  }
  return outcomes
}

function say(
  { name, version, created, changed }: NonNullable<RunbookOutcome['runbook']>,
  dryRun: boolean,
): string {
  if (!changed) return 'unchanged'
  const verb = created ? 'create' : 'change'
  return `${dryRun ? `would ${verb}` : `${verb}d`} runbook ${name}, version ${version}`
}

export async function exportRunbookFiles(api: ApiClient, dir: string, dryRun: boolean): Promise<string[]> {
  const { runbooks } = await api.call<{ runbooks: { name: string }[] }>('GET', '/api/v1/runbooks')
  const folder = folderOf(dir)
  if (!dryRun && runbooks.length > 0) mkdirSync(folder, { recursive: true })
  const files: string[] = []
  for (const { name } of runbooks) {
    const { text } = await api.call<{ text: string }>('GET', `/api/v1/runbooks/${encodeURIComponent(name)}`)
    const file = path.join(folder, `${name}.md`)
    if (!dryRun) writeFileSync(file, text)
    files.push(file)
  }
  return files
}
