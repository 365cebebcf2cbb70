/** One line of an entry's detail: a value, or what it was and became. */
export type DetailRow =
  | { label: string; kind: 'value'; value: string }
  | { label: string; kind: 'change'; from: string; to: string }

const rowsLimit = 60

/** A detail as lines for people: nested names joined, `{from, to}` and `{before, after}` as changes. */
export function detailRows(detail: unknown): DetailRow[] {
  if (!isObject(detail)) return []
  return rowsOf(detail, '').slice(0, rowsLimit)
}

function rowsOf(value: Record<string, unknown>, above: string): DetailRow[] {
  return Object.entries(value).flatMap(([name, inner]): DetailRow[] => {
    // What changed is the point of an entry, not a level of it.
    const label = name === 'change' ? above : [above, spaced(name)].filter(Boolean).join(', ')
    const change = changeOf(inner)
    if (change) return [{ label, kind: 'change', from: shown(change[0]), to: shown(change[1]) }]
    if (isObject(inner)) return rowsOf(inner, label)
    return [{ label, kind: 'value', value: shown(inner) }]
  })
}

function changeOf(value: unknown): [unknown, unknown] | null {
  if (!isObject(value)) return null
  const names = Object.keys(value).sort().join()
  if (names === 'from,to' && !isRange(value)) return [value.from, value.to]
  return names === 'after,before' ? [value.before, value.after] : null
}

/** Two instants are a stretch of time, not a change. */
const isRange = ({ from, to }: Record<string, unknown>) =>
  typeof from === 'number' && typeof to === 'number' && from > 1e11 && to > 1e11

/** A name as it is written in a sentence: `otherSessionsEnded`, "other sessions ended". */
const spaced = (name: string): string =>
  /^[a-z]+(?:[A-Z][a-z]+)+$/.test(name) ? name.replaceAll(/[A-Z]/g, (big) => ` ${big.toLowerCase()}`) : name

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return value.toLocaleString('en-US', { maximumFractionDigits: 12 })
  if (typeof value === 'string') return value === '' ? 'empty' : value
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object'))
    return value.length === 0 ? 'none' : value.map(shown).join(', ')
  return JSON.stringify(value)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Ids, and what a browser calls itself, say little in a line; the detail has them. */
const isTelling = ({ label, value }: { label: string; value: string }): boolean =>
  label !== 'agent' && !/^(none|[0-9a-f-]{36})$/.test(value)

/** The entry in one line: its reason, else what changed, else its first facts. */
export function detailLine(detail: unknown): string {
  const rows = detailRows(detail)
  const reason = rows.find(({ label }) => label === 'reason' || label === 'why')
  if (reason?.kind === 'value' && reason.value !== 'none') return reason.value
  const changes = rows.filter((row) => row.kind === 'change' && row.from !== row.to)
  const told = changes.length > 0 ? changes : rows
  return told
    .filter((row) => row.kind === 'change' || isTelling(row))
    .slice(0, 3)
    .map((row) =>
      row.kind === 'change' ? `${row.label}: ${row.from} → ${row.to}` : `${row.label} ${row.value}`,
    )
    .join(', ')
}
