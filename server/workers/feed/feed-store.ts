import { readSetting, saveSetting, type Pool } from '../../clients'

export interface FeedState {
  /** Wall instant at which the data began, epoch ms. */
  anchorMs: number
  /** Everything due before this instant is in the log. */
  publishedUntilMs: number
}

const key = 'feed'

export const loadFeedState = (pool: Pool) => readSetting<FeedState>(pool, key)
export const saveFeedState = (pool: Pool, state: FeedState) => saveSetting(pool, key, state)
