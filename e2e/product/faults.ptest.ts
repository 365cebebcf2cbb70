import { readFileSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AlertBoard, AlertGroup } from '../../server/api'
import { applyPlan, jobEnd, json, makePlan } from './apply-plan'
import { followRunbook } from './follow-runbook'
import { pidOf } from './processes'
import { startProduct, until, type Product } from './start-product'
import { ask } from './trpc'

/**
 * The guide's faults F1 to F8, each caused for real: the right alert fires, as exactly one group, with its runbook;
 * the runbook finds the fault, and after it was followed the alert resolves by itself. Each fault has a pipeline of
 * its own, so that most of them run at once: what an alert looks back at lasts minutes.
 */
const faults = ['f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7'] as const
type Faulty = (typeof faults)[number]

const definition = (name: Faulty, { monthly = 1_000_000 } = {}) => ({
  apiVersion: 'parallax/v1',
  kind: 'Pipeline',
  metadata: { name, owner: `team-${name}` },
  spec: {
    events: { type: `${name}.sold` },
    ...(name === 'f4' ? { schema: 'f4.sold' } : {}),
    key: 'data.shop',
    window: { size: '10s' },
    lateness: { outOfOrder: '1s', allowed: '1s' },
    dedupe: { horizon: '10m' },
    measures: { sold: { count: true } },
    batch: { every: '1h', reconcile: 'auto', tolerance: 0.001 },
    budget: { monthly, currency: 'USD' },
  },
})

let product: Product
let serial = 0
/** Event time of each pipeline: it runs faster than ours, from a little ago, so that windows close at once. */
const clock = new Map<Faulty, number>()
/** An alert's windows begin this long before its first sign; what was sold lies within. */
const agoMs = 150_000

beforeAll(async () => {
  product = await startProduct({ feed: 'none' })
  const schema = {
    type: 'object',
    properties: { shop: { type: 'string' } },
    required: ['shop'],
    additionalProperties: false,
  }
  const registered = await product.call(
    '/api/registry/subjects/f4.sold/versions',
    json({ schemaType: 'JSON', schema: JSON.stringify(schema) }),
  )
  expect(registered.status, await registered.clone().text()).toBe(200)
  for (const name of faults) await define(name)
  await open('f2')
}, 240_000)

afterAll(async () => {
  await product.stop()
})

describe('faults on the running product', () => {
  it('nothing fires while nothing is wrong', async () => {
    const { at } = await board()
    await until('the watcher has watched for a minute', 180_000, async () => {
      return ((await board()).watcher.lastEvaluatedAt ?? 0) > at + 60_000
    })
    expect((await board()).watcher).toMatchObject({ health: 'ok', blind: [] })
    expect((await firing()).map(({ says }) => says)).toEqual([])
  })

  it('F2, a speed layer that stands still, is one page; it resolves once the worker goes on', async () => {
    const worker = await pidOf(product, 'speed')
    process.kill(worker, 'SIGSTOP')
    await sell('f2', 50)
    const group = await fires(
      'f2-speed-lag',
      (one) => one.cause === 'workers:speed' || one.cause === 'speed:f2',
    )
    expect(group.severity).toBe('page')
    await followRunbook(product, {
      incidentId: incidentOf(group),
      runbook: 'f2-speed-lag',
      finds: 'workers',
      mend: async () => {
        process.kill(worker, 'SIGCONT')
        await Promise.resolve()
      },
    })
    await resolves(group)
    expect(await served('f2')).toBe(250)
  }, 420_000)

  describe('the others, at once', () => {
    const causes: Record<string, string> = {
      'f1-batch-failure': 'batch:f1',
      'f3-duplicates': 'duplicates:f3',
      'f4-schema-mismatch': 'schema:f4.sold',
      'f5-serving-inconsistency': 'drift:f5',
      'f6-cost-spike': 'cost:f6',
      'f7-late-data': 'late:f7',
    }
    const groups = new Map<string, AlertGroup>()
    const archive = (suffix = '') => join(product.dataDir, 'archive', `f1.sold${suffix}`)

    it('are caused', async () => {
      await Promise.all(faults.filter((name) => name !== 'f2').map(open))
      // It takes the gateway away for a moment, which the others need.
      await sendAgain()
      await Promise.all([breakArchive(), breakSchema(), driftApart(), overspend(), comeLate(), guessTokens()])
    }, 180_000)

    it.each(Object.entries(causes))(
      '%s: the right alert fires, as one group with its runbook',
      async (runbook, cause) => {
        const group = await fires(runbook, (one) => one.cause === cause)
        groups.set(runbook, group)
        expect(group.severity).toBe(['f6-cost-spike', 'f7-late-data'].includes(runbook) ? 'ticket' : 'page')
        expect(group.owner).toBe(`team-${runbook.slice(0, 2)}`)
      },
      180_000,
    )

    it('f8-suspicious-access: who is refused again and again is a page', async () => {
      const group = await fires('f8-suspicious-access', (one) => one.cause.startsWith('access:'))
      groups.set('f8-suspicious-access', group)
      expect(group.severity).toBe('page')
    }, 120_000)

    it('there is exactly one group for each, and none besides', async () => {
      const expected = [...groups.values()].map(({ cause }) => cause)
      expect((await firing()).map(({ cause }) => cause).sort()).toEqual(expected.sort())
    })

    it.each<[string, { finds: string; mend?: () => Promise<void>; plans?: string[] }]>([
      ['f1-batch-failure', { finds: 'last-run', mend: mendArchive, plans: ['rerun'] }],
      ['f3-duplicates', { finds: 'share', mend: () => sell('f3', 4_000), plans: ['recount'] }],
      ['f5-serving-inconsistency', { finds: 'drift', plans: ['reconcile'] }],
      ['f6-cost-spike', { finds: 'spend', mend: () => define('f6') }],
      ['f7-late-data', { finds: 'waiting', mend: () => sell('f7', 4_000), plans: ['reconcile'] }],
    ])(
      '%s: the runbook finds the fault, is followed, and ends solved',
      async (runbook, follow) => {
        const group = groups.get(runbook)
        if (!group) throw new Error('it did not fire')
        const run = await followRunbook(product, { incidentId: incidentOf(group), runbook, ...follow })
        expect(run.outcome).toBe('solved')
      },
      300_000,
    )

    it('all but those that look back longest resolve by themselves', async () => {
      for (const runbook of [
        'f1-batch-failure',
        'f3-duplicates',
        'f5-serving-inconsistency',
        'f6-cost-spike',
        'f7-late-data',
      ]) {
        const group = groups.get(runbook)
        if (group) await resolves(group)
      }
    }, 480_000)

    it('f4-schema-mismatch and f8-suspicious-access: so do these, once it has stopped', async () => {
      for (const [runbook, finds] of [
        ['f4-schema-mismatch', 'dead-letters'],
        ['f8-suspicious-access', 'refusals'],
      ] as const) {
        const group = groups.get(runbook)
        if (!group) throw new Error('it did not fire')
        const run = await followRunbook(product, { incidentId: incidentOf(group), runbook, finds })
        expect(run.outcome).toBe('solved')
        await resolves(group)
      }
    }, 900_000)

    it('after all of it nothing fires, and the totals are those of what was sold', async () => {
      await until('nothing fires', 120_000, async () => (await firing()).length === 0)
      expect(await served('f3')).toBe(4_200)
      expect(await served('f5')).toBe(200)
    }, 180_000)

    /** F1: the disk that batch reads is gone. Files missing from one that is there would be rebuilt from the log. */
    async function breakArchive(): Promise<void> {
      await archived('f1')
      await rename(archive(), archive('.away'))
      await writeFile(archive(), '')
      const plan = await makePlan(product, { kind: 'reconcile', ...range('f1') })
      const applied = await product.call(`/api/v1/plans/${plan.id}/apply`, json({ reason: 'as every night' }))
      const { jobId } = (await applied.json()) as { jobId: string }
      expect((await jobEnd(product, jobId)).status).toBe('failed')
    }

    async function mendArchive(): Promise<void> {
      await rm(archive())
      await rename(archive('.away'), archive())
    }

    /** F3: a producer sends again what it sent before, and the gateway has forgotten it. */
    async function sendAgain(): Promise<void> {
      process.kill(await pidOf(product, 'web'), 'SIGKILL')
      await until('another web process answers', 60_000, async () => {
        const response = await product.call('/readyz').catch(() => null)
        return response?.status === 200
      })
      await post(soldBy('f3'))
    }

    /** F4: a producer goes ahead of the schema. */
    async function breakSchema(): Promise<void> {
      const events = Array.from({ length: 12 }, () => ({ ...event('f4', 0), data: { shop: 7 } }))
      const answer = await post(events)
      expect(answer.rejected).toHaveLength(12)
    }

    /** F5: the speed layer has counted something else than what is in the log. */
    async function driftApart(): Promise<void> {
      await sql(`UPDATE speed_bucket b SET acc[2] = b.acc[2] + 3 FROM (
        SELECT compute_id, max(window_start) - 20000 AS start FROM speed_bucket
          JOIN compute c ON c.id = compute_id WHERE c.pipeline = 'f5' GROUP BY compute_id) t
        WHERE b.compute_id = t.compute_id AND b.window_start = t.start`)
      await applyPlan(product, { kind: 'reconcile', ...range('f5') }, 'as every night')
    }

    /** F6: it costs more than its owner wants to pay. */
    const overspend = () => define('f6', { monthly: 0.000_001 })

    /** F7: devices were offline. */
    async function comeLate(): Promise<void> {
      await post(Array.from({ length: 150 }, (_, n) => event('f7', -100_000 + n * 400)))
    }

    /** F8: somebody tries tokens. */
    async function guessTokens(): Promise<void> {
      for (let n = 0; n < 14; n++) {
        const headers = { authorization: `Bearer guessed-${String(n)}` }
        expect((await fetch(`${product.url}/api/v1/pipelines`, { headers })).status).toBe(401)
      }
    }
  })
})

const sentBy = new Map<Faulty, object[]>()
const soldBy = (name: Faulty) => sentBy.get(name) ?? []

const event = (name: Faulty, offsetMs: number) => ({
  specversion: '1.0',
  id: `${name}-${String(serial++)}`,
  source: `/shops/${name}`,
  type: `${name}.sold`,
  time: new Date((clock.get(name) ?? 0) + offsetMs).toISOString(),
  data: { shop: ['north', 'south'][serial % 2] },
})

/** Opens a shop: what batch has counted first, and what it has not. */
async function open(name: Faulty): Promise<void> {
  clock.set(name, Date.now() - agoMs)
  await sell(name, 100, 500)
  await until(`batch has counted ${name} for the first time`, 90_000, async () => {
    const status = (await (await product.call(`/api/v1/pipelines/${name}/status`)).json()) as {
      boundary: string | null
    }
    return status.boundary !== null
  })
  await sell(name, 100, 500)
  await until(`speed has counted ${name}`, 60_000, async () => (await served(name)) === 200)
}

/** Sells, `everyMs` of the pipeline's own time. */
async function sell(name: Faulty, count: number, everyMs = 10): Promise<void> {
  for (let left = count; left > 0; left -= 500) {
    const events = Array.from({ length: Math.min(500, left) }, () => {
      clock.set(name, (clock.get(name) ?? 0) + everyMs)
      return event(name, 0)
    })
    sentBy.set(name, [...soldBy(name), ...events])
    expect((await post(events)).accepted).toBe(events.length)
  }
}

async function post(events: readonly object[]): Promise<{ accepted: number; rejected: unknown[] }> {
  const response = await product.call('/api/v1/events', {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify(events),
  })
  expect(response.status, await response.clone().text()).toBe(202)
  return (await response.json()) as { accepted: number; rejected: unknown[] }
}

async function define(name: Faulty, options: { monthly?: number } = {}): Promise<void> {
  const response = await product.call('/api/v1/pipelines', json(definition(name, options)))
  expect([200, 201], await response.clone().text()).toContain(response.status)
}

/** Windows that what was sold so far has closed. */
function range(name: Faulty): { pipeline: Faulty; from: string; to: string } {
  const iso = (at: number) => new Date(Math.floor(at / 10_000) * 10_000).toISOString()
  const now = clock.get(name) ?? 0
  return { pipeline: name, from: iso(now - 3_600_000), to: iso(now - 2_000) }
}

async function served(name: Faulty): Promise<number> {
  const now = clock.get(name) ?? 0
  const query = new URLSearchParams({
    from: new Date(now - 7_200_000).toISOString(),
    to: new Date(now + 60_000).toISOString(),
    limit: '1000',
  })
  const response = await product.call(`/api/v1/pipelines/${name}/values?${query.toString()}`)
  expect(response.status, await response.clone().text()).toBe(200)
  const { values } = (await response.json()) as { values: { measures: { sold: number } }[] }
  return values.reduce((sum, { measures }) => sum + measures.sold, 0)
}

async function archived(name: Faulty): Promise<void> {
  await until('the archive has reached the log', 60_000, async () => {
    const status = (await (await product.call(`/api/v1/pipelines/${name}/status`)).json()) as {
      archive: { lagMessages: number }
    }
    return status.archive.lagMessages === 0
  })
}

const board = (): Promise<AlertBoard> => ask(product, ['alerts', 'board'], undefined)

/** What somebody would be told of: what another cause explains is not. */
const firing = async (): Promise<AlertGroup[]> =>
  (await board()).groups.filter(({ state }) => state === 'firing' || state === 'acknowledged')

async function fires(runbook: string, is: (group: AlertGroup) => boolean): Promise<AlertGroup> {
  let found: AlertGroup | undefined
  await until(`the alert of ${runbook} fires`, 120_000, async () => {
    found = (await firing()).find(is)
    return found !== undefined
  })
  expect(found?.runbook).toBe(runbook)
  if (!found) throw new Error('unreachable')
  return found
}

async function resolves({ cause, incidentId }: AlertGroup): Promise<void> {
  await until(
    `${cause} resolves by itself`,
    780_000,
    async () => !(await board()).groups.some((one) => one.cause === cause),
    1_000,
  )
  const incident = await ask(product, ['incidents', 'get'], { id: incidentId ?? 0 })
  expect(incident.state).toBe('resolved')
  const own = incident.alerts.filter((alert) => alert.cause === cause)
  expect(own.map(({ state }) => state)).toEqual(own.map(() => 'resolved'))
}

function incidentOf({ incidentId, cause }: AlertGroup): number {
  if (incidentId === null) throw new Error(`${cause} opened no incident`)
  return incidentId
}

/** As only who owns the database can. */
async function sql(text: string): Promise<void> {
  const file = (ending: string) => readFileSync(join(product.dataDir, `postgres.${ending}`), 'utf8').trim()
  const client = new pg.Client({
    connectionString: `postgresql://parallax:${file('password')}@127.0.0.1:${file('port')}/parallax`,
  })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
