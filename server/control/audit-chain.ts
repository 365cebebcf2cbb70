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

type Hashed = Omit<ChainedEntry, 'hash' | 'prevHash' | 'seq'>

/** What an entry's hash covers behind its link and number; the store puts those before it when it appends. */
export const hashedTail = ({ at, actor, action, object, detail }: Hashed): string =>
  canonicalJson([at, actor, action, object, detail]).slice(1)

/** Covers everything of an entry and, through `prevHash`, everything before it. */
export const entryHash = ({ seq, prevHash, ...entry }: Omit<ChainedEntry, 'hash'>): string =>
  sha256Hex(`[${JSON.stringify(prevHash)},${seq},${hashedTail(entry)}`)

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
