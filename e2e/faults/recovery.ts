import pg from 'pg'
import type { Part } from '../product/processes'
import { pidOf } from '../product/processes'
import { until, type Product } from '../product/start-product'
import { kept } from './pipelines'

/** What moves while the product is well: any of it standing still is what a fault took away. */
interface Pulse {
  acked: number
  folded: number
  archived: number
  batch: readonly number[]
}

export interface Recoveries {
  /** Has the part killed; resolves when it does its work again, and keeps how long that took. */
  measure(part: Part, kill: () => Promise<number>): Promise<void>
  /** Of one part, or of all. */
  figures(part?: Part): { n: number; p50Ms: number; p95Ms: number; maxMs: number }
  close(): Promise<void>
}

const pollMs = 100
const patienceMs = 120_000

export function watchRecovery(product: Product, databaseUrl: string, acked: () => number): Recoveries {
  const took: { part: Part; ms: number }[] = []
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
    async measure(part, kill) {
      const before = await pulse()
      const killedPid = await kill()
      const since = performance.now()
      await until(
        `${part} does its work again`,
        patienceMs,
        async () => {
          const pid = await pidOf(product, part).catch(() => null)
          const now = await pulse()
          if (before === null || now === null || pid === null || pid === killedPid) return false
          return isBack(part, before, now, pid)
        },
        pollMs,
      )
      took.push({ part, ms: performance.now() - since })
    },
    figures(part) {
      const sorted = took
        .flatMap((one) => (part === undefined || one.part === part ? one.ms : []))
        .sort((a, b) => a - b)
      const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0)
      return { n: sorted.length, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) }
    },
    close: () => pool.end(),
  }
}

/** Events flow all the while, so what moved on by a good deal was moved by the new process. */
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
