import { inTransaction, type Pool } from '../../clients'
import { AppError, type Clock } from '../../platform'
import { audit } from '../audit'
import type { ParsedRunbook } from './model'
import { parseRunbook } from './parse-runbook'
import { authorsOf, findRunbook, insertVersion, lockRunbooks } from './runbook-store'

interface Deps {
  pool: Pool
  clock: Clock
}

export interface AppliedRunbook {
  name: string
  version: number
  created: boolean
  changed: boolean
}

interface Application {
  text: string
  actor: string
  reason: string | null
  /** Tells what would happen, and does nothing. */
  dryRun?: boolean
}

/** The runbook of a text, or a refusal that names line and remedy. */
export function requireRunbook(text: string): ParsedRunbook {
  const parsed = parseRunbook(text)
  if (parsed.ok) return parsed.runbook
  const [first] = parsed.problems
  throw new AppError(
    'unprocessable',
    `Reading the runbook failed at line ${first?.line ?? 1}${first?.path ? ` (${first.path})` : ''}: expected ${first?.expected ?? 'something else'}.`,
    { details: { problems: parsed.problems } },
  )
}

/** Puts a text in force as a new version; one that says the same changes nothing. */
export async function applyRunbook(
  { pool, clock }: Deps,
  { text, actor, reason, dryRun = false }: Application,
): Promise<AppliedRunbook> {
  const { name, title, rules, summary } = requireRunbook(text)
  return inTransaction(pool, async (client) => {
    await lockRunbooks(client)
    const before = await findRunbook(client, name)
    if (before?.text === text) return { name, version: before.version, created: false, changed: false }
    const next = { name, created: before === null, changed: true }
    if (dryRun) return { ...next, version: (before?.version ?? 0) + 1 }
    const version = await insertVersion(client, {
      name,
      title,
      text,
      match: { rules, summary },
      actor,
      reason,
    })
    await audit(client, clock, {
      actor,
      action: before ? 'runbook.change' : 'runbook.create',
      object: name,
      detail: { version, ...(reason && { reason }) },
    })
    return { ...next, version }
  })
}

const shippedBy = 'parallax'

/** Puts the release's own runbooks in force, where nobody has written a version: what people changed stays theirs. */
export async function provisionRunbooks(deps: Deps, texts: readonly string[]): Promise<string[]> {
  const authors = await authorsOf(deps.pool)
  const applied: string[] = []
  for (const text of texts) {
    const { name } = requireRunbook(text)
    if (authors.get(name)?.some((author) => author !== shippedBy)) continue
    const { changed } = await applyRunbook(deps, { text, actor: shippedBy, reason: 'shipped' })
    if (changed) applied.push(name)
  }
  return applied
}
