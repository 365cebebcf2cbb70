import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inTransaction } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { AppError } from '../platform'
import { audit } from './audit'
import { exportAudit } from './audit-export'
import { verifyAuditFile } from './audit-file'
import { getAuditEntry, searchAudit } from './audit-search'
import { verifyAudit } from './audit-verify'

let services: TestServices
const startedAt = Date.parse('2026-03-01T10:00:00Z')
let now = startedAt
const clock = { now: () => now }
const append = (object: string, change: { actor?: string; action?: string; detail?: object } = {}) =>
  inTransaction(services.pool, (client) =>
    audit(client, clock, {
      actor: change.actor ?? 'ada',
      action: change.action ?? 'test.do',
      object,
      detail: { reason: 'because', n: 1.5, list: [1], ...change.detail },
    }),
  )

beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())

/** As one would who owns the database: the trigger that refuses changes is switched off. */
const pastTheGuard = (sql: string) =>
  services.pool.query(`SET session_replication_role = replica; ${sql}; RESET session_replication_role`)

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const chunk of chunks) yield* chunk.trimEnd().split('\n')
}

describe('the audit trail', () => {
  beforeEach(async () => {
    now = startedAt
    await pastTheGuard(`DELETE FROM audit_entry; DELETE FROM setting WHERE key = 'auditHead'`)
    for (const object of ['a', 'b', 'c', 'd']) {
      await append(object)
      now += 60_000
    }
  })

  it('[law 8] is verified as it was written', async () => {
    expect(await verifyAudit(services)).toMatchObject({ entries: 4, brokenAt: null, head: { seq: 4 } })
  })

  it('is listed newest first, page by page', async () => {
    const first = await searchAudit(services, {}, { before: null, limit: 2 })
    expect(first.entries.map(({ object }) => object)).toEqual(['d', 'c'])
    const rest = await searchAudit(services, {}, { before: first.nextBefore, limit: 9 })
    expect(rest.entries.map(({ object }) => object)).toEqual(['b', 'a'])
    expect(rest.nextBefore).toBeNull()
  })

  it('is searched by actor, action or its noun, object, text in any case, and time', async () => {
    await append('e', { actor: 'eve', action: 'plan.apply', detail: { note: 'Seven 100%_ late' } })
    const found = async (filter: Parameters<typeof searchAudit>[1]) =>
      (await searchAudit(services, filter, { before: null, limit: 9 })).entries.map(({ object }) => object)
    expect(await found({ actor: 'eve' })).toEqual(['e'])
    expect(await found({ action: 'plan' })).toEqual(['e'])
    expect(await found({ action: 'plan.apply' })).toEqual(['e'])
    expect(await found({ action: 'pla' })).toEqual([])
    expect(await found({ object: 'b' })).toEqual(['b'])
    expect(await found({ text: 'sEVEN 100%_' })).toEqual(['e'])
    expect(await found({ text: '100%x' })).toEqual([])
    expect(await found({ from: startedAt + 60_000, to: startedAt + 180_000 })).toEqual(['c', 'b'])
  })

  it('says when there is no such entry, and whether one is whole', async () => {
    expect(await getAuditEntry(services, 3)).toMatchObject({ object: 'c', isWhole: true })
    await pastTheGuard(`UPDATE audit_entry SET object = 'x' WHERE seq = 2`)
    expect(await getAuditEntry(services, 2)).toMatchObject({ object: 'x', isWhole: false })
    await expect(getAuditEntry(services, 99)).rejects.toThrow(AppError)
  })

  it.each([
    ['an edited entry', `UPDATE audit_entry SET actor = 'eve' WHERE seq = 2`, 2],
    ['an edited detail', `UPDATE audit_entry SET detail = '{}' WHERE seq = 3`, 3],
    ['a removed entry', `DELETE FROM audit_entry WHERE seq = 2`, 2],
    ['a removed newest entry', `DELETE FROM audit_entry WHERE seq = 4`, 4],
    ['everything removed', `DELETE FROM audit_entry`, 1],
    ['a time set back', `UPDATE audit_entry SET at = at - interval '1 hour' WHERE seq = 1`, 1],
  ])('[law 8] refuses %s, and shows it when the guard was off', async (_what, tamper, brokenAt) => {
    await expect(services.pool.query(tamper)).rejects.toThrow('append-only')
    expect((await verifyAudit(services)).brokenAt).toBeNull()
    await pastTheGuard(tamper)
    expect((await verifyAudit(services)).brokenAt).toBe(brokenAt)
  })

  it('[law 8] shows an entry that was put in past the chain', async () => {
    await pastTheGuard(
      `INSERT INTO audit_entry (seq, actor, action, object, detail, prev_hash, hash)
       SELECT 5, actor, action, object, detail, hash, hash FROM audit_entry WHERE seq = 4`,
    )
    expect(await verifyAudit(services)).toMatchObject({ brokenAt: 5, why: 'out of order' })
  })

  it('[law 8] is exported so that the file alone proves the chain, and shows where it was touched', async () => {
    const { head, chunks } = await exportAudit(services, {}, 'ndjson')
    const lines: string[] = []
    for await (const line of linesOf(chunks)) lines.push(line)
    const verify = (given: string[]) => verifyAuditFile(linesOf(asyncOf(given.map((line) => `${line}\n`))))
    expect(await verify(lines)).toMatchObject({ entries: 4, brokenAt: null, head })
    expect(await verify(lines.slice(2))).toMatchObject({ first: 3, entries: 2, brokenAt: null, head })
    const edited = lines.map((line, i) => (i === 1 ? line.replace('because', 'whatever') : line))
    expect(await verify(edited)).toMatchObject({ brokenAt: 2, why: 'changed', line: 2 })
    expect(await verify(lines.filter((_, i) => i !== 1))).toMatchObject({ brokenAt: 2, why: 'missing' })
    expect(await verify([lines[0] ?? '', 'not JSON'])).toMatchObject({ brokenAt: 2, why: 'not an entry' })
  })

  it('is exported as CSV in which no name is a formula', async () => {
    await append('=HYPERLINK("x")')
    const { chunks } = await exportAudit(services, { object: '=HYPERLINK("x")' }, 'csv')
    const text = (await arrayOf(chunks)).join('')
    expect(text.split('\r\n')).toHaveLength(3)
    expect(text).toContain(`"'=HYPERLINK(""x"")"`)
  })

  it('[law 8] stays one chain when many write at once, from the first entry on', async () => {
    await pastTheGuard(`DELETE FROM audit_entry; DELETE FROM setting WHERE key = 'auditHead'`)
    await Promise.all(Array.from({ length: 20 }, (_, i) => append(`at once ${i}`)))
    expect(await verifyAudit(services)).toMatchObject({ entries: 20, brokenAt: null })
  })

  it('[law 8] has no entry of a change that was rolled back', async () => {
    const failing = inTransaction(services.pool, async (client) => {
      await audit(client, clock, { actor: 'ada', action: 'test.fail', object: 'x', detail: {} })
      throw new Error('the change failed')
    })
    await expect(failing).rejects.toThrow('the change failed')
    expect(await verifyAudit(services)).toMatchObject({ entries: 4, brokenAt: null })
  })
})

async function* asyncOf<T>(items: T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item)
}

async function arrayOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
