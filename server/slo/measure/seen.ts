/**
 * Up to where rows that end at an instant were counted. A row becomes visible some time after the instant it names, so
 * the ids of the last minutes are kept.
 */
export interface Seen {
  /** Epoch ms; 0: nothing was counted. */
  at: number
  ids: Record<string, number>
}

export const nothingSeen: Seen = { at: 0, ids: {} }
const overlapMs = 300_000

/** From where to look again. */
export const lookFrom = ({ at }: Seen): number => Math.max(0, at - overlapMs)

/** Of the rows from `lookFrom` on, those not counted yet, and what is seen with them. */
export function unseen<Row extends { id: string; at: number }>(
  seen: Seen,
  rows: readonly Row[],
): { fresh: Row[]; seen: Seen } {
  const fresh = rows.filter(({ id }) => !Object.hasOwn(seen.ids, id))
  if (fresh.length === 0) return { fresh, seen }
  const at = Math.max(seen.at, ...fresh.map((row) => row.at))
  const all = [...Object.entries(seen.ids), ...fresh.map((row): [string, number] => [row.id, row.at])]
  return {
    fresh,
    seen: { at, ids: Object.fromEntries(all.filter(([, endedAt]) => endedAt >= at - overlapMs)) },
  }
}
