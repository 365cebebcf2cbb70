import type { Pool } from '../../clients'

export interface FeedState {
  /** Wall instant at which the data began, epoch ms. */
  anchorMs: number
  /** Everything due before this instant is in the log. */
  publishedUntilMs: number
}

export async function loadFeedState(pool: Pool): Promise<FeedState | null> {
  const { rows } = await pool.query<{ value: FeedState }>(`SELECT value FROM setting WHERE key = 'feed'`)
  return rows[0]?.value ?? null
}

export async function saveFeedState(pool: Pool, state: FeedState): Promise<void> {
  await pool.query(
    `INSERT INTO setting (key, value) VALUES ('feed', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [JSON.stringify(state)],
  )
}
