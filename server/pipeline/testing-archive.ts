import type { Duck } from '../clients'
import { fingerprint } from './fingerprint'
import type { SqlRelation } from './expression/sql-fields'
import type { ReferenceEvent } from './reference'
import { EVENT_TYPE } from './testing-histories'

const prefixes: Partial<Record<string, string>> = { number: 'n', string: 's', boolean: 'b' }
const sqlTypes: Partial<Record<string, string>> = { n: 'DOUBLE', s: 'VARCHAR', b: 'BOOLEAN' }

function shred(data: unknown, path: string[], emit: (name: string, value: unknown) => void): void {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    for (const [name, value] of Object.entries(data)) shred(value, [...path, name], emit)
    return
  }
  const prefix = prefixes[typeof data]
  if (prefix !== undefined && path.length > 0) emit(`${prefix}:${path.join('.')}`, data)
}

/**
 * A table as the archive has it. Few different fingerprints, so that most rows are suspected duplicates and only
 * their identities tell.
 */
export async function archiveTable(
  duck: Duck,
  name: string,
  events: (ReferenceEvent & { attrs?: string | null })[],
): Promise<SqlRelation> {
  const shredded = new Map<string, unknown[]>()
  events.forEach((event, row) => {
    shred(event.data, [], (column, value) => {
      const values = shredded.get(column) ?? events.map(() => null)
      values[row] = value
      shredded.set(column, values)
    })
  })
  const columns = [...shredded.keys()]
  await duck.run(
    `CREATE OR REPLACE TABLE ${name} (seq BIGINT, idx INTEGER, part SMALLINT, log_time BIGINT, "time" BIGINT, ` +
      `source VARCHAR, id VARCHAR, subject VARCHAR, attrs VARCHAR, data VARCHAR, fp UBIGINT` +
      `${columns.map((column) => `, "${column}" ${sqlTypes[column.slice(0, 1)] ?? ''}`).join('')})`,
  )
  await duck.appendColumns(name, [
    events.map((event) => event.seq),
    events.map((event) => event.index),
    events.map((event) => event.partition),
    events.map((event) => event.logTime),
    events.map((event) => event.time),
    events.map((event) => event.source),
    events.map((event) => event.id),
    events.map((event) => event.subject),
    events.map((event) => event.attrs ?? null),
    events.map((event) => JSON.stringify(event.data)),
    events.map((event) => (fingerprint(event.source, event.id, 0, 0)[0] ?? 0) % 50),
    ...shredded.values(),
  ])
  return { shredded: true, columns: new Set(columns), eventType: EVENT_TYPE }
}
