import type { Pool } from '../clients'
import type { ProposalView } from './model'

/** More than these nobody works through; the newest stand for their pipelines. */
const limit = 100

/** What scheduled runs computed, found beyond the tolerance and left to a person, newest first. */
export async function proposalSummaries({ pool }: { pool: Pool }): Promise<ProposalView[]> {
  const { rows } = await pool.query<ProposalView>({
    name: 'proposals',
    text: `SELECT p.id, p.pipeline, i."from", i."to",
              coalesce((p.preview->'diff'->>'cells')::int, 0) AS cells,
              coalesce((p.preview->'diff'->>'changed')::int, 0) AS changed,
              coalesce((p.preview->'diff'->>'beyond')::int, 0) AS beyond,
              coalesce((p.preview->'diff'->'largest'->0->>'relative')::float8, 0) AS largest,
              (extract(epoch FROM p.created_at) * 1000)::bigint AS "createdAt"
         FROM plan p
         LEFT JOIN LATERAL (
           SELECT min((item->>'from')::bigint) AS "from", max((item->>'to')::bigint) AS "to"
             FROM jsonb_array_elements(p.items) item
         ) i ON true
        WHERE p.is_proposal AND p.applied_at IS NULL AND p.expires_at > clock_timestamp()
        ORDER BY p.created_at DESC LIMIT ${limit}`,
  })
  return rows
}
