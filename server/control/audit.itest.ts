import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inTransaction } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { audit, listAudit, verifyAudit } from './audit'

let services: TestServices
const clock = { now: () => Date.parse('2026-03-01T10:00:00Z') }
const append = (object: string) =>
  inTransaction(services.pool, (client) =>
    audit(client, clock, {
      actor: 'ada',
      action: 'test.do',
      object,
      detail: { reason: 'because', n: 1.5, list: [1] },
    }),
  )

beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())

/** As one would who owns the database: the trigger that refuses changes is switched off. */
const pastTheGuard = (sql: string) =>
  services.pool.query(`SET session_replication_role = replica; ${sql}; RESET session_replication_role`)

describe('the audit trail', () => {
  beforeEach(async () => {
    await pastTheGuard(`DELETE FROM audit_entry; DELETE FROM setting WHERE key = 'auditHead'`)
    for (const object of ['a', 'b', 'c', 'd']) await append(object)
  })

  it('[law 8] is verified as it was written', async () => {
    expect(await verifyAudit(services)).toEqual({ entries: 4, brokenAt: null })
  })

  it('is listed newest first, page by page', async () => {
    const first = await listAudit(services, { before: null, limit: 2 })
    expect(first.map(({ object }) => object)).toEqual(['d', 'c'])
    const rest = await listAudit(services, { before: first[1]?.seq ?? null, limit: 9 })
    expect(rest.map(({ object }) => object)).toEqual(['b', 'a'])
  })

  it.each([
    ['an edited entry', `UPDATE audit_entry SET actor = 'eve' WHERE seq = 2`, 2],
    ['an edited detail', `UPDATE audit_entry SET detail = '{}' WHERE seq = 3`, 3],
    ['a removed entry', `DELETE FROM audit_entry WHERE seq = 2`, 3],
    ['a removed newest entry', `DELETE FROM audit_entry WHERE seq = 4`, 4],
    ['everything removed', `DELETE FROM audit_entry`, 1],
    ['a time set back', `UPDATE audit_entry SET at = at - interval '1 hour' WHERE seq = 1`, 1],
  ])('[law 8] refuses %s, and shows it when the guard was off', async (_what, tamper, brokenAt) => {
    await expect(services.pool.query(tamper)).rejects.toThrow('append-only')
    expect((await verifyAudit(services)).brokenAt).toBeNull()
    await pastTheGuard(tamper)
    expect((await verifyAudit(services)).brokenAt).toBe(brokenAt)
  })

  it('[law 8] stays one chain when many write at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => append(`at once ${i}`)))
    expect(await verifyAudit(services)).toEqual({ entries: 24, brokenAt: null })
  })

  it('[law 8] has no entry of a change that was rolled back', async () => {
    const failing = inTransaction(services.pool, async (client) => {
      await audit(client, clock, { actor: 'ada', action: 'test.fail', object: 'x', detail: {} })
      throw new Error('the change failed')
    })
    await expect(failing).rejects.toThrow('the change failed')
    expect(await verifyAudit(services)).toEqual({ entries: 4, brokenAt: null })
  })
})
