import type { Pool } from '../../clients'
import { AppError } from '../../platform'
import type { RunbookDetail, RunbookListItem } from './model'
import { parseRunbook } from './parse-runbook'
import { selectRuns, tallyRuns, type Tally } from './run-store'
import { findRunbook, findText, selectRunbooks, selectVersions, type StoredRunbook } from './runbook-store'

const runsLimit = 50

/** By name, each with how often it solved what it was for. */
export async function listRunbooks({ pool }: { pool: Pool }): Promise<RunbookListItem[]> {
  const [stored, tallies] = await Promise.all([selectRunbooks(pool), tallyRuns(pool)])
  return stored.map((runbook) => itemOf(runbook, tallies.get(runbook.name)))
}

export async function getRunbook(
  { pool }: { pool: Pool },
  name: string,
  version: number | null = null,
): Promise<RunbookDetail> {
  const stored = await requireStored(pool, name)
  const shown = version ?? stored.version
  const [text, versions, runs, tallies] = await Promise.all([
    findText(pool, name, shown),
    selectVersions(pool, name),
    selectRuns(pool, { runbook: name }, runsLimit),
    tallyRuns(pool),
  ])
  if (text === null)
    throw new AppError(
      'not_found',
      `Runbook ${name} has no version ${shown}. Its newest is ${stored.version}.`,
    )
  const parsed = parseRunbook(text)
  return {
    ...itemOf(stored, tallies.get(name)),
    text,
    shown,
    // A version of an earlier release may ask what is no longer in the table: its text is still to be read.
    blocks: parsed.ok ? parsed.runbook.blocks : [{ kind: 'text', markdown: text }],
    versions,
    runs,
  }
}

async function requireStored(pool: Pool, name: string): Promise<StoredRunbook> {
  const stored = await findRunbook(pool, name)
  if (stored) return stored
  throw new AppError(
    'not_found',
    `There is no runbook ${name.slice(0, 64)}. List the runbooks and choose one.`,
  )
}

const itemOf = (
  { name, title, match, version, changedAt }: StoredRunbook,
  tally?: Tally,
): RunbookListItem => ({
  name,
  title,
  summary: match.summary,
  rules: match.rules,
  version,
  changedAt,
  finished: tally?.finished ?? 0,
  solved: tally?.solved ?? 0,
  running: tally?.running ?? 0,
  lastRunAt: tally?.lastRunAt ?? null,
  medianMs: tally?.medianMs ?? null,
})
