import type { Pool } from '../clients'
import { AppError } from '../platform'
import { entryHash, firstHash, type ChainedEntry } from './audit-chain'
import { namesInTrail, searchEntries, type AuditFilter } from './audit-search-store'
import { readHead, selectEntriesAfter } from './audit-store'
import type { AuditRecord } from './model'

export type { AuditFilter } from './audit-search-store'

export interface AuditPage {
  entries: AuditRecord[]
  /** The seq to go on from; null: everything was looked through. */
  nextBefore: number | null
  /** The oldest seq that was looked at; with a text and few matches a page may end before it is full. */
  searchedTo: number | null
}

/** A text is looked for in at most this many entries a page: each is read. */
const scanEntries = 20_000

/** Newest first; `before` is exclusive. */
export async function searchAudit(
  { pool }: { pool: Pool },
  filter: AuditFilter,
  page: { before: number | null; limit: number },
): Promise<AuditPage> {
  const { entries, scanned, lowest } = await searchEntries(pool, filter, { ...page, scan: scanEntries })
  const isFull = entries.length === page.limit
  const last = entries.at(-1)?.seq ?? null
  return {
    entries: entries.map(recordOf),
    nextBefore: isFull ? last : scanned === scanEntries ? lowest : null,
    searchedTo: isFull ? last : lowest,
  }
}

/** What a filter can be set to: the most frequent of the newest entries. */
export const auditNames = ({ pool }: { pool: Pool }): Promise<{ actors: string[]; actions: string[] }> =>
  namesInTrail(pool)

/** One entry, recomputed: `isWhole` says that its hash and its link to the one before still hold. */
export async function getAuditEntry(
  { pool }: { pool: Pool },
  seq: number,
): Promise<AuditRecord & { prevHash: string; isWhole: boolean }> {
  const around = await selectEntriesAfter(pool, { after: seq - 2, upTo: seq, limit: 2 })
  const entry = around.find((one) => one.seq === seq)
  if (!entry)
    throw new AppError(
      'not_found',
      `There is no audit entry ${seq}. Verify the chain if there should be one.`,
    )
  const before = around.find((one) => one.seq === seq - 1)
  const linked = seq === 1 ? entry.prevHash === firstHash : entry.prevHash === before?.hash
  return { ...recordOf(entry), prevHash: entry.prevHash, isWhole: linked && entry.hash === entryHash(entry) }
}

/** The newest seq; 0 before the first entry. */
export const auditHead = async ({ pool }: { pool: Pool }): Promise<number> => (await readHead(pool))?.seq ?? 0

const recordOf = ({ prevHash: _prevHash, ...record }: ChainedEntry): AuditRecord => record
