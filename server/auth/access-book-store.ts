import type { Pool } from '../clients'

export interface AccessEvent {
  at: number
  /** `sign_in`: wrong password or account. `token`: unknown, revoked or expired. `overstep`: not allowed to do it. */
  kind: 'sign_in' | 'token' | 'overstep'
  principal: string | null
  address: string
  detail: Record<string, unknown>
}

export async function insertAccessEvents(pool: Pool, events: readonly AccessEvent[]): Promise<void> {
  await pool.query(
    `INSERT INTO access_event (at, kind, principal, address, detail)
     SELECT to_timestamp(at / 1000), kind, principal, address, detail
       FROM unnest($1::float8[], $2::text[], $3::text[], $4::text[], $5::jsonb[]) AS e (at, kind, principal, address, detail)`,
    [
      events.map(({ at }) => at),
      events.map(({ kind }) => kind),
      events.map(({ principal }) => principal),
      events.map(({ address }) => address),
      events.map(({ detail }) => JSON.stringify(detail)),
    ],
  )
}
