import { sha256Hex } from '../platform'
import { canonicalJson } from './canonical-json'

export interface AuditEntry {
  actor: string
  /** `noun.verb`, as in `plan.apply`. */
  action: string
  object: string
  detail: Record<string, unknown>
}

export interface ChainedEntry extends AuditEntry {
  seq: number
  at: number
  prevHash: string
  hash: string
}

export const firstHash = '0'.repeat(64)

/** Covers everything of an entry and, through `prevHash`, everything before it. */
export const entryHash = ({
  seq,
  at,
  actor,
  action,
  object,
  detail,
  prevHash,
}: Omit<ChainedEntry, 'hash'>): string =>
  sha256Hex(canonicalJson([prevHash, seq, at, actor, action, object, detail]))

export function nextEntry(
  last: { seq: number; hash: string } | null,
  entry: AuditEntry,
  at: number,
): ChainedEntry {
  const unsigned = { ...entry, seq: (last?.seq ?? 0) + 1, at, prevHash: last?.hash ?? firstHash }
  return { ...unsigned, hash: entryHash(unsigned) }
}

/** The first seq at which the chain is broken (edited, removed, inserted or reordered), or null. */
export function findBreak(
  entries: readonly ChainedEntry[],
  before: { seq: number; hash: string } | null,
): number | null {
  let last = before
  for (const entry of entries) {
    const expected = nextEntry(last, entry, entry.at)
    if (entry.seq !== expected.seq || entry.prevHash !== expected.prevHash || entry.hash !== expected.hash)
      return entry.seq
    last = entry
  }
  return null
}
