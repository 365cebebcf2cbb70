import { sha256Hex } from '../platform'
import { canonicalJson } from './canonical-json'

export interface AuditEntry {
  actor: string
  /** `noun.verb`, as in `plan.apply`. */
  action: string
  object: string
  /** `change: {field: {from, to}}` where something was replaced; `reason` where one was given. */
  detail: Record<string, unknown>
}

export interface ChainedEntry extends AuditEntry {
  seq: number
  at: number
  prevHash: string
  hash: string
}

/** An entry by number and hash: what the next one is chained to. */
export interface ChainLink {
  seq: number
  hash: string
}

export interface ChainBreak {
  /** The first entry that is not as it was written. */
  seq: number
  why: 'changed' | 'missing' | 'out of order'
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

export function nextEntry(last: ChainLink | null, entry: AuditEntry, at: number): ChainedEntry {
  const unsigned = { ...entry, seq: (last?.seq ?? 0) + 1, at, prevHash: last?.hash ?? firstHash }
  return { ...unsigned, hash: entryHash(unsigned) }
}

/** The first place at which the chain is broken (edited, removed, inserted or reordered), or null. */
export function findBreak(entries: readonly ChainedEntry[], before: ChainLink | null): ChainBreak | null {
  let last = before
  for (const entry of entries) {
    const expectedSeq = (last?.seq ?? 0) + 1
    if (entry.seq > expectedSeq) return { seq: expectedSeq, why: 'missing' }
    if (entry.seq < expectedSeq) return { seq: entry.seq, why: 'out of order' }
    if (entry.prevHash !== (last?.hash ?? firstHash) || entry.hash !== entryHash(entry))
      return { seq: entry.seq, why: 'changed' }
    last = entry
  }
  return null
}
