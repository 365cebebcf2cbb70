import pg from 'pg'
import type { Part } from '../product/processes'
import { pidOf } from '../product/processes'
import type { Product } from '../product/start-product'
import { kept } from './pipelines'

/** What moves while the product is well: any of it standing still is what a fault took away. */
interface Pulse {
  acked: number
  folded: number
  archived: number
  batch: readonly number[]
}

export interface Recoveries {
  /** After a fault: resolves when the part works again, and keeps how long it took. */
  measure(part: Part, killedPid: number): Promise<void>
  figures(): { n: number; p50Ms: number; p95Ms: number; maxMs: number }
  close(): Promise<void>
}

const pollMs = 100
const patienceMs = 120_000

export function watchRecovery(product: Product, databaseUrl: string, acked: () => number): Recoveries {
  const took: number[] = []
  const pool = open(databaseUrl)
  const pulse = async (): Promise<Pulse | null> => {
    try {
      const { rows } = await pool.query<{ folded: number; archived: number; batch: number[] }>(
        `SELECT (SELECT coalesce(sum(p.events), 0)::int FROM speed_position p JOIN compute c ON c.id = p.compute_id
                  WHERE c.pipeline = $1) AS folded,
                (SELECT coalesce(max(seq), 0)::int FROM archive_position) AS archived,
                (SELECT coalesce(array_agg(pid), '{}') FROM worker
                  WHERE role = 'batch' AND at > clock_timestamp() - interval '15 seconds') AS batch`,
        [kept],
      )
      return rows[0] === undefined ? null : { acked: acked(), ...rows[0] }
    } catch {
      return null
    }
  }
  return {
    async measure(part, killedPid) {
      const since = performance.now()
      const before = (await pulse()) ?? { acked: acked(), folded: 0, archived: 0, batch: [] }
      while (performance.now() - since < patienceMs) {
        await new Promise((resolve) => setTimeout(resolve, pollMs))
        const now = await pulse()
        const pid = await pidOf(product, part).catch(() => null)
        if (now === null || pid === null || pid === killedPid) continue
        if (!isBack(part, before, now, pid)) continue
        took.push(performance.now() - since)
        return
      }
      took.push(Infinity)
    },
    figures() {
      const sorted = [...took].sort((a, b) => a - b)
      const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0)
      return { n: sorted.length, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) }
    },
    close: () => pool.end(),
  }
}

function isBack(part: Part, before: Pulse, now: Pulse, pid: number): boolean {
  if (part === 'archive') return now.archived > before.archived
  if (part === 'batch') return now.batch.includes(pid)
  if (part === 'web' || part === 'nats-server') return now.acked > before.acked
  return now.folded > before.folded
}

function open(databaseUrl: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 8, connectionTimeoutMillis: 2_000 })
  pool.on('error', () => undefined)
  return pool
}
