import type { Pool } from '../clients'
import type { ChainedEntry, ChainLink } from './audit-chain'
import { auditCsvHead, auditCsvLine, auditNdjsonLine } from './audit-file'
import { selectMatching, type AuditFilter } from './audit-search-store'
import { readHead } from './audit-store'

const pageEntries = 1_000

export type AuditFormat = 'csv' | 'ndjson'

/**
 * The entries as text, oldest first, a page at a time, up to the head at the start. Without a filter the chain can
 * be verified from the NDJSON alone; `head` is what its last entry must be.
 */
export async function exportAudit(
  { pool }: { pool: Pool },
  filter: AuditFilter,
  format: AuditFormat,
): Promise<{ head: ChainLink | null; chunks: AsyncGenerator<string> }> {
  const head = await readHead(pool)
  return { head, chunks: chunksOf(pages(pool, filter, head?.seq ?? 0), format) }
}

async function* chunksOf(pages: AsyncIterable<ChainedEntry[]>, format: AuditFormat): AsyncGenerator<string> {
  if (format === 'csv') yield auditCsvHead
  const line = format === 'csv' ? auditCsvLine : auditNdjsonLine
  for await (const page of pages) yield page.map(line).join('')
}

async function* pages(pool: Pool, filter: AuditFilter, upTo: number): AsyncGenerator<ChainedEntry[]> {
  for (let after = 0; ;) {
    const page = await selectMatching(pool, filter, { after, upTo, limit: pageEntries })
    if (page.length > 0) yield page
    if (page.length < pageEntries) return
    after = page.at(-1)?.seq ?? upTo
  }
}
