import { findBreak, type ChainBreak, type ChainedEntry, type ChainLink } from './audit-chain'
import { canonicalJson } from './canonical-json'

/** One entry a line, with everything its hash covers; the instant is ISO 8601 to the millisecond. */
export const auditNdjsonLine = ({
  seq,
  at,
  actor,
  action,
  object,
  detail,
  prevHash,
  hash,
}: ChainedEntry): string =>
  `${JSON.stringify({ seq, at: new Date(at).toISOString(), actor, action, object, detail, prevHash, hash })}\n`

export const auditCsvHead = 'seq,at,actor,action,object,detail,prevHash,hash\r\n'

export const auditCsvLine = ({
  seq,
  at,
  actor,
  action,
  object,
  detail,
  prevHash,
  hash,
}: ChainedEntry): string =>
  `${[seq, new Date(at).toISOString(), ...[actor, action, object, canonicalJson(detail), prevHash, hash].map(csvText)].join(',')}\r\n`

/** Names come from outside: a leading =, +, - or @ would run as a formula in a spreadsheet. */
function csvText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The entry of an exported line; null when it is none. */
export function readAuditLine(line: string): ChainedEntry | null {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { seq, at, actor, action, object, detail, prevHash, hash } = value as Record<string, unknown>
  const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN
  const texts = [actor, action, object, prevHash, hash]
  if (!Number.isSafeInteger(seq) || Number.isNaN(atMs) || !texts.every((text) => typeof text === 'string'))
    return null
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return null
  return { ...(value as ChainedEntry), at: atMs }
}

export interface FileVerification {
  entries: number
  first: number | null
  /** The last entry: compare it with the head that was noted elsewhere. */
  head: ChainLink | null
  brokenAt: number | null
  why: ChainBreak['why'] | 'not an entry' | null
  /** The line of the file at which it is broken, from 1. */
  line: number | null
}

/**
 * Verifies an exported file, a line at a time. A file that starts later than at the first entry is verified from its
 * own first entry on; entries that are left out between are `missing`, as a filter leaves them out.
 */
export async function verifyAuditFile(lines: AsyncIterable<string>): Promise<FileVerification> {
  let last: ChainedEntry | null = null
  let first: number | null = null
  let entries = 0
  let line = 0
  const answer = (broken: Pick<FileVerification, 'brokenAt' | 'why'> | null): FileVerification => ({
    entries,
    first,
    head: last && { seq: last.seq, hash: last.hash },
    brokenAt: broken?.brokenAt ?? null,
    why: broken?.why ?? null,
    line: broken ? line : null,
  })
  for await (const text of lines) {
    line++
    if (text.trim() === '') continue
    const entry = readAuditLine(text)
    if (!entry) return answer({ brokenAt: (last?.seq ?? 0) + 1, why: 'not an entry' })
    first ??= entry.seq
    const before: ChainLink | null =
      last ?? (entry.seq === 1 ? null : { seq: entry.seq - 1, hash: entry.prevHash })
    const found = findBreak([entry], before)
    if (found) return answer({ brokenAt: found.seq, why: found.why })
    last = entry
    entries++
  }
  return answer(null)
}
