import { inTransaction, type Pool } from '../server/clients'
import { startTestServices } from '../server/clients/testing'
import { audit, verifyAudit, type AuditEntry } from '../server/control'
import { systemClock } from '../server/platform'
import { figureOfRates, pairsOf, type BenchOptions, type Figure } from './figure'

const entries = 8_000
/** Requests that write at once; the chain takes them one after the other. */
const writers = 4

const entryOf = (i: number): AuditEntry => ({
  actor: `user-${i % 50}@example.org`,
  action: 'plan.apply',
  object: `pipeline-${i % 20}`,
  detail: {
    planId: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
    kind: 'backfill',
    reason: 'late events of the night before',
    blastRadius: { windows: i % 1_000, keys: 200, cells: (i % 1_000) * 200, consumers: [], objectives: [] },
  },
})

/** Entries a second appended to the chain, each in a transaction of its own, over plain inserts of the same rows. */
export async function auditAppend({ reps, scale, log }: BenchOptions): Promise<Figure> {
  await using services = await startTestServices()
  const { pool } = services
  await pool.query('CREATE TABLE plain_entry (LIKE audit_entry INCLUDING ALL)')
  const count = Math.max(100, Math.round(entries * scale))
  const pairs = await pairsOf(reps, async (rep) => {
    const limit = await rate(count, (i) => insertPlain(pool, rep * count + i))
    const own = await rate(count, (i) =>
      inTransaction(pool, (client) => audit(client, systemClock, entryOf(i))),
    )
    log(`audit.append rep ${rep}: ${Math.round(own)} entries/s, plain ${Math.round(limit)} rows/s`)
    return { own, limit }
  })
  const { entries: read, brokenAt } = await verifyAudit(services)
  if (brokenAt !== null || read !== count * (reps + 1))
    throw new Error(`the chain holds ${read} of ${count * (reps + 1)} entries, broken at ${String(brokenAt)}`)
  return figureOfRates({ name: 'audit.append', unit: 'entries/s', n: count }, pairs)
}

function insertPlain(pool: Pool, i: number): Promise<unknown> {
  const { actor, action, object, detail } = entryOf(i)
  const hash = '0'.repeat(64)
  return inTransaction(pool, (client) =>
    client.query({
      name: 'plain-insert',
      text: `INSERT INTO plain_entry (seq, at, actor, action, object, detail, prev_hash, hash)
             VALUES ($1, to_timestamp($2::float8 / 1000), $3, $4, $5, $6, $7, $7)`,
      values: [i + 1, systemClock.now(), actor, action, object, JSON.stringify(detail), hash],
    }),
  )
}

async function rate(count: number, write: (i: number) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  let next = 0
  const writer = async () => {
    while (next < count) await write(next++)
  }
  await Promise.all(Array.from({ length: writers }, writer))
  return count / ((performance.now() - startedAt) / 1_000)
}
