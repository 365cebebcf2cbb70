import { afterEach, describe, expect, it } from 'vitest'
import { openPool, type Pool } from '../../clients'
import { startNatsServer } from '../../clients/embedded'
import { startTestServices, type TestServices } from '../../clients/testing'
import { provisionStreams } from '../../log'
import { sleep, type Stop } from '../../platform'
import type { AlertBoard } from '../model'
import { runNotifier } from '../notify/run-notifier'
import { saveChannel } from '../notify/manage-channels'
import { startReceiver, type Receiver } from '../notify/testing'
import { trail } from '../objectives/testing'
import type { PipelineStatusFact } from './facts'
import { addSilence } from './manage-silences'
import { saveAlertRules } from './manage-rules'
import { readAlertBoard } from './read-board'
import { pipelineFact, sourceOf, startWire, type Wire } from './testing'
import { runAlertWatcher } from './watch'

/** Ten times as fast as the wall: rules wait in tens of seconds. */
class FastClock {
  private readonly start = Date.now()
  constructor(private readonly times: number) {}
  now = () => this.start + (Date.now() - this.start) * this.times
}

interface World {
  services: TestServices
  wire: Wire
  pool: Pool
  receiver: Receiver
  clock: FastClock
  pipelines: PipelineStatusFact[]
  watch(): Stop
  board(): Promise<AlertBoard>
  kinds(): { key: string; kind: string; cause: string }[]
}

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function openWorld(): Promise<World> {
  const services = await startTestServices()
  cleanups.push(() => services.stop())
  await provisionStreams(services.nats, { maxBytes: 64 * 1024 ** 2 })
  const wire = await startWire(services.databaseUrl)
  const pool = openPool(wire.url, { name: 'watch-test', max: 20 })
  const receiver = await startReceiver()
  cleanups.push(
    async () => receiver[Symbol.asyncDispose](),
    () => pool.end(),
    async () => wire[Symbol.asyncDispose](),
  )
  const clock = new FastClock(10)
  const world: World = {
    services,
    wire,
    pool,
    receiver,
    clock,
    pipelines: [pipelineFact()],
    watch() {
      const { nats } = services
      const source = sourceOf(() => world.pipelines)
      const stopWatching = runAlertWatcher({ pool, nats, clock, source, allowInternal: true, everyMs: 100 })
      const stopNotifying = runNotifier({ pool, clock, allowInternal: true, pollMs: 50 })
      const stop = async () => {
        wire.mend()
        await Promise.all([stopWatching(), stopNotifying()])
      }
      cleanups.push(stop)
      return stop
    },
    board: () => readAlertBoard({ pool: services.pool, clock }),
    kinds: () =>
      receiver.received.map(({ body }) => {
        const { key, kind, incident } = JSON.parse(body) as {
          key: string
          kind: string
          incident: { cause: string }
        }
        return { key, kind, cause: incident.cause }
      }),
  }
  await beWell(services.pool)
  await saveChannel(
    { pool: services.pool, trail: trail() },
    {
      name: 'ops',
      kind: 'webhook',
      settings: { url: receiver.url, allowInternal: true },
      secret: 'a key of sixteen letters',
      actor: 'ada',
    },
  )
  return world
}

/** Living workers of each role, for a day. */
async function beWell(pool: Pool): Promise<void> {
  await pool.query(
    `INSERT INTO worker (id, role, host, pid, at, detail)
     SELECT role, role, 'here', 1, now() + interval '1 day', '{}' FROM unnest(ARRAY['speed', 'archive', 'batch']) AS role`,
  )
}

async function until(isSo: () => boolean | Promise<boolean>, what = 'it'): Promise<void> {
  const end = Date.now() + 90_000
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`${what} did not become so`)
    await sleep(50)
  }
}

const causes = ({ groups }: AlertBoard) => groups.map(({ cause }) => cause)
const rounds = (board: AlertBoard) => board.watcher.lastEvaluatedAt ?? 0

describe('the watcher', () => {
  it('finds nothing in a quiet installation', async () => {
    const world = await openWorld()
    world.watch()
    await until(async () => rounds(await world.board()) > world.clock.now() - 10_000)
    await sleep(3_000)
    const board = await world.board()
    expect(board.groups).toEqual([])
    expect(board.watcher).toMatchObject({ health: 'ok', blind: [] })
    expect(world.kinds()).toEqual([])
  })

  it('tells of a fault once, by one incident, and of its end', async () => {
    const world = await openWorld()
    world.watch()
    world.pipelines = [
      pipelineFact({ diagnosis: 'wedged', waiting: 120, oldestS: 40, says: 'No commit for 40 s.' }),
    ]
    await until(async () => (await world.board()).groups[0]?.state === 'firing')
    const [group] = (await world.board()).groups
    expect(group).toMatchObject({
      cause: 'speed:departures',
      severity: 'page',
      owner: 'network-ops',
      runbook: 'f2-speed-lag',
      pipelines: ['departures'],
      mutes: [],
    })
    expect(group?.actions[0]).toMatchObject({
      label: 'Restart speed…',
      plan: { kind: 'restart', pipeline: 'departures' },
    })
    await until(() => world.kinds().length === 1)
    world.pipelines = [pipelineFact()]
    await until(() => world.kinds().length === 2)
    const key = `parallax-incident-${group?.incidentId ?? 0}`
    expect(world.kinds()).toEqual([
      { key, kind: 'trigger', cause: 'speed:departures' },
      { key, kind: 'resolve', cause: 'speed:departures' },
    ])
    const { rows } = await world.services.pool.query<{ kind: string }>(
      'SELECT kind FROM incident_event ORDER BY id',
    )
    expect(rows.map(({ kind }) => kind)).toEqual(['opened', 'escalated', 'resolved'])
  })

  it('goes on without the log, names what it does not see, and mutes what the log explains', async () => {
    const world = await openWorld()
    world.watch()
    world.pipelines = [pipelineFact({ diagnosis: 'behind', waiting: 10, oldestS: 4 })]
    await until(async () => rounds(await world.board()) > 0)
    await insertStuckCorrections(world.services.pool)
    process.kill(world.services.natsServer.pid, 'SIGKILL')
    await until(
      async () =>
        (await world.board()).groups.some(({ cause, state }) => cause === 'log' && state === 'firing'),
      'log.away',
    )
    await until(async () => (await world.board()).groups.some(({ cause }) => cause === 'corrections'))
    const board = await world.board()
    expect(board.watcher).toMatchObject({
      health: 'warn',
      blind: expect.arrayContaining(['pipelines', 'archive']) as string[],
    })
    const log = board.groups.find(({ cause }) => cause === 'log')
    expect(log?.mutes.map(({ title }) => title)).toEqual(['Corrections are not sent'])
    expect(board.groups.find(({ cause }) => cause === 'corrections')).toMatchObject({
      state: 'muted',
      mutedBy: { kind: 'alert', says: 'The log is away' },
      incidentId: null,
    })
    await until(() => world.kinds().length === 1)

    const { natsDir: dir, natsServer } = world.services
    const again = await startNatsServer({ dir, port: Number(new URL(natsServer.url).port) })
    cleanups.push(() => again.stop())
    await world.services.pool.query('DELETE FROM correction')
    await until(async () => (await world.board()).groups.length === 0, 'the end')
    await until(() => world.kinds().length === 2)
    expect(world.kinds().map(({ kind, cause }) => [kind, cause])).toEqual([
      ['trigger', 'log'],
      ['resolve', 'log'],
    ])
  })

  it('tells from memory that the store is away, and records it when it is back, under the same key', async () => {
    const world = await openWorld()
    world.watch()
    await until(async () => rounds(await world.board()) > 0)
    world.wire.cut()
    await until(() => world.kinds().length === 1, 'the news of the store')
    const [told] = world.kinds()
    expect(told).toMatchObject({
      kind: 'trigger',
      cause: 'store',
      key: expect.stringMatching(/^parallax-store-\d+$/) as string,
    })
    expect(causes(await world.board())).toEqual([])
    await until(async () => (await world.board()).watcher.health !== 'ok', 'the watcher’s own health')
    world.wire.mend()
    await until(async () => causes(await world.board()).includes('store'))
    await until(() => world.kinds().length === 2, 'the end')
    await sleep(1_000)
    expect(world.kinds()).toEqual([told, { ...told, kind: 'resolve' }])
    const { rows } = await world.services.pool.query(
      'SELECT kind, state, dedupe_key AS key FROM notification ORDER BY id',
    )
    expect(rows).toEqual([
      { kind: 'trigger', state: 'sent', key: told?.key },
      { kind: 'resolve', state: 'sent', key: told?.key },
    ])
    const { rows: incidents } = await world.services.pool.query('SELECT cause, state FROM incident')
    expect(incidents).toEqual([{ cause: 'store', state: 'resolved' }])
  })

  it('another one takes over where the first was stopped', async () => {
    const world = await openWorld()
    const stop = world.watch()
    world.pipelines = [pipelineFact({ diagnosis: 'wedged', waiting: 120, oldestS: 40 })]
    await until(() => world.kinds().length === 1)
    await stop()
    world.watch()
    const before = world.clock.now()
    await until(async () => rounds(await world.board()) > before)
    await sleep(500)
    expect(world.kinds()).toHaveLength(1)
    const { rows } = await world.services.pool.query('SELECT id FROM incident')
    expect(rows).toHaveLength(1)
  })

  it('holds back what is silenced, and shows it', async () => {
    const world = await openWorld()
    const now = world.clock.now()
    await addSilence(
      { pool: world.services.pool, clock: world.clock, trail: trail() },
      {
        kind: 'silence',
        match: { pipeline: 'dep*' },
        reason: 'known',
        startsAt: now,
        endsAt: now + 3_600_000,
        recurrence: null,
        actor: 'ada',
      },
    )
    world.watch()
    world.pipelines = [pipelineFact({ diagnosis: 'wedged', waiting: 120, oldestS: 40 })]
    await until(async () => (await world.board()).groups.length === 1)
    expect((await world.board()).groups[0]).toMatchObject({
      state: 'muted',
      mutedBy: { kind: 'silence', says: 'known (ada)' },
      incidentId: null,
    })
    await sleep(500)
    expect(world.kinds()).toEqual([])
  })

  it('heeds a rule that was changed', async () => {
    const world = await openWorld()
    await saveAlertRules(
      { pool: world.services.pool, trail: trail() },
      { changes: { 'speed.outage': { threshold: 60, severity: 'ticket' } }, actor: 'ada', reason: 'test' },
    )
    world.watch()
    world.pipelines = [pipelineFact({ diagnosis: 'wedged', waiting: 120, oldestS: 40 })]
    const before = world.clock.now()
    await until(async () => rounds(await world.board()) > before + 5_000)
    expect((await world.board()).groups).toEqual([])
    world.pipelines = [pipelineFact({ diagnosis: 'wedged', waiting: 120, oldestS: 61 })]
    await until(async () => (await world.board()).groups[0]?.severity === 'ticket')
  })
})

async function insertStuckCorrections(pool: Pool): Promise<void> {
  await pool.query(
    `INSERT INTO correction (compute_id, pipeline, publication, kind, window_start, window_end, key, cut, created_at)
     VALUES (1, 'departures', 1, 'publish', 0, 10000, 'SFO', '{}', now() - interval '1 hour')`,
  )
}
