import { inTransaction, type Pool, type PoolClient } from '../clients'
import type { Clock } from '../platform'
import { audit } from './audit'
import { lockPolicy, selectPolicy, writePolicy, type Policy } from './policy-store'

export type { Policy } from './policy-store'

export const readPolicy = (db: Pool | PoolClient): Promise<Policy> => selectPolicy(db)

/** Puts a policy in force for plans made from now on; the entry says what it was before. */
export async function setPolicy(
  { pool, clock }: { pool: Pool; clock: Clock },
  { policy, actor, reason }: { policy: Policy; actor: string; reason: string },
): Promise<Policy> {
  return inTransaction(pool, async (client) => {
    await lockPolicy(client)
    const before = await selectPolicy(client)
    await writePolicy(client, policy)
    const change = {
      fourEyesCells: { from: before.fourEyesCells, to: policy.fourEyesCells },
      fourEyesBytes: { from: before.fourEyesBytes, to: policy.fourEyesBytes },
    }
    await audit(client, clock, { actor, action: 'policy.set', object: 'policy', detail: { change, reason } })
    return policy
  })
}
