import type { Pool, PoolClient } from '../../clients'
import { selectPolicy } from '../policy-store'
import type { PlanApproval } from '../model'

/** Whether the policy in force wants a second person for a write of this size. */
export async function needsSecond(
  db: Pool | PoolClient,
  size: { cells: number; bytes: number },
): Promise<boolean> {
  const { fourEyesCells, fourEyesBytes } = await selectPolicy(db)
  return (
    (fourEyesCells !== null && size.cells > fourEyesCells) ||
    (fourEyesBytes !== null && size.bytes > fourEyesBytes)
  )
}

/** An approval counts when neither the one who planned nor the one who applies gave it. */
export const isApproved = (
  plan: { createdBy: string; approvals: readonly PlanApproval[] },
  actor: string,
): boolean => plan.approvals.some(({ by }) => by !== plan.createdBy && by !== actor)
