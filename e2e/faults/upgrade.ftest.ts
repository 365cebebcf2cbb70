import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../server/clients/embedded'
import { pidOf, productPids } from '../product/processes'
import { until, type Product } from '../product/start-product'
import { exact } from './campaign'
import { recount } from './ledger'
import { definePipelines } from './pipelines'
import { buildRelease, hasRelease } from './release'
import { report, seedOf } from './report'
import { baseMs, flowing, type Producer } from './start-producer'
import {
  endProducers,
  openSharedStores,
  readHoldings,
  sharesOf,
  startProducers,
  type SharedStores,
} from './two-copies'
import { watchReads, type ReadWatch } from './watch-reads'

/** The last release that was landed before this one. */
const release = '88b8a96'
const seed = seedOf()
const patienceMs = 180_000
const isThere = hasRelease(release)
if (!isThere)
  console.warn(
    `skipped: the release before this one, ${release}, is not in this repository; fetch its history`,
  )

describe.skipIf(!isThere)(`the release before this one (${release}) beside this one`, () => {
  let stores: SharedStores
  let old: Product
  let fresh: Product
  let port: number
  let producers: Producer[] = []
  const watches: ReadWatch[] = []
  const asked = { from: baseMs - 600_000, to: baseMs + 3_600_000 }

  beforeAll(async () => {
    const root = buildRelease(release)
    // It knows no other place for its archive than its data folder.
    stores = await openSharedStores({ archive: path.join('old', 'archive') })
    port = await freePort()
    old = await stores.start('old', { program: path.join(root, 'dist', 'parallax.mjs'), root })
    await definePipelines(old)
    const later = { url: `http://127.0.0.1:${String(port)}`, token: old.token }
    producers = startProducers([old, later], { dir: stores.dir, seed })
    await flows()
  }, 600_000)
  afterAll(async () => {
    for (const producer of producers) producer.kill()
    await stores[Symbol.asyncDispose]()
  })

  const flows = () => Promise.all(producers.map((producer) => flowing(producer, 300)))
  const shared = () =>
    until('both have a share', patienceMs, async () => {
      const shares = await sharesOf(stores.access, [old, fresh])
      return shares !== null && Math.min(...shares) > 0
    })

  it('goes on while its database is migrated under it', async () => {
    watches.push(watchReads(old, asked))
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['dist/parallax.mjs', 'provision', '--archive'],
      {
        env: { ...process.env, ...stores.env },
      },
    )
    expect(stdout).toContain('migrated: ')
    await flows()
  })

  it('shares the work with this one, and both answer', async () => {
    fresh = await stores.start('new', { port })
    watches.push(watchReads(fresh, asked), watchReads(old, asked))
    await shared()
    await flows()
  })

  it.each(['speed', 'archive'] as const)(
    '[law 7] its %s, stopped past its lease and woken beside the new, writes nothing more of what was taken',
    async (part) => {
      const sleeper = await pidOf(old, part)
      const before = await readHoldings(stores.access)
      expect([...before.speed, before.archive]).toContain(sleeper)
      process.kill(sleeper, 'SIGSTOP')
      try {
        await until('this release has all of it', patienceMs, async () => {
          const pids = new Set(await productPids(fresh))
          const { speed, free, archive } = await readHoldings(stores.access)
          return part === 'archive'
            ? archive !== null && pids.has(archive)
            : free === 0 && speed.every((pid) => pids.has(pid))
        })
        await flows()
      } finally {
        process.kill(sleeper, 'SIGCONT')
      }
      await flows()
    },
  )

  it('leaves everything to this one when it stops, exact in every place, and no reader ever saw less than before', async () => {
    await shared()
    await old.stop()
    const isLeft = async () => (await sharesOf(stores.access, [fresh])) !== null
    await until('this one has all of it', patienceMs, isLeft)
    await flows()
    const ledger = await endProducers(producers)
    const truth = recount(ledger.entries.values())
    const reads = await Promise.all(watches.map((watch) => watch.end(truth)))
    const verdict = await stores.judge(fresh, ledger)
    report({
      seed,
      file: 'e2e/faults/upgrade.ftest.ts',
      tally: { stops: 2 },
      verdict,
      reads: reads.reduce((sum, { reads: n }) => sum + n, 0),
    })
    expect(reads.flatMap(({ wrong }) => wrong)).toEqual([])
    expect(reads.every(({ reads: n }) => n > 0)).toBe(true)
    expect(verdict).toMatchObject(exact)
  })
})
