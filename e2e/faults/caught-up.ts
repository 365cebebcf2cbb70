import { until } from '../product/start-product'
import { eventType, kept } from './pipelines'
import { openStores, type StoreUrls } from './stores'

/** Resolves when speed and archive have read what the log holds of them now; to how long that took, in ms. */
export async function caughtUp(urls: StoreUrls, withinMs = 90_000): Promise<number> {
  await using stores = await openStores(urls)
  const last = await stores.nats.jsm.streams.getMessage('EVENTS', { last_by_subj: `events.${eventType}.>` })
  const wanted = last?.seq ?? 0
  const since = performance.now()
  await until(`everything up to message ${wanted} is read`, withinMs, async () => {
    const { rows } = await stores.pool.query<{ speed: number | null; archive: number | null }>(
      `SELECT (SELECT min(seq) FROM speed_position JOIN compute c ON c.id = compute_id
                WHERE c.pipeline = $1)::int AS speed,
              (SELECT seq FROM archive_position)::int AS archive`,
      [kept],
    )
    return Math.min(rows[0]?.speed ?? 0, rows[0]?.archive ?? 0) >= wanted
  })
  return Math.round(performance.now() - since)
}
