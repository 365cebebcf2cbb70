import { Random } from '../platform'
import type { CellLines, Range, RollbackTarget, VacuumRequest } from '../serving'
import type { SpeedLog } from '../speed'
import { Judge, Violation } from './judge'
import { MemoryDb } from './memory-db'
import { eventType, MemoryLog } from './memory-log'
import { mutate, type Mutant } from './mutants'
import { runArchiver, runBatch, runOperator, runReader, runSpeed, type Node } from './nodes'
import { Oracle } from './oracle'
import { produce, type Ledger } from './producer'
import { Scheduler, type Process } from './scheduler'
import { Server, type Weather } from './server'
import { computeId, drawSettings, pipelineName, type Settings } from './settings'
import { splitCommits, splitFlips } from './split-commits'
import { memoryStatements, storesFor, type MemoryStatements, type ProcessStores } from './stores'
import { Tables } from './tables'

/** Any instant will do; event times lie around it. */
const epoch = 1_700_000_000_000
/** Old enough for the vacuum to take what is superseded, as if days had passed. */
const vacuumAheadMs = 49 * 3_600_000

const roles = {
  speed: runSpeed,
  batch: runBatch,
  archive: runArchiver,
  operator: runOperator,
  reader: runReader,
} as const
type Role = keyof typeof roles

/** One schedule: processes, store, log and the faults, all drawn from a seed. */
export class World {
  readonly random: Random
  readonly scheduler: Scheduler
  readonly settings: Settings
  readonly tables = new Tables()
  readonly db = new MemoryDb()
  readonly server: Server
  readonly log: MemoryLog
  readonly oracle: Oracle
  readonly judge: Judge
  readonly ledger: Ledger
  readonly faults = { kills: 0, stops: 0, breaks: 0, crashes: 0 }
  isStorming = true
  /** What the operator has asked for and waits for. */
  operating = 0
  violation: Error | null = null
  readonly #statements: MemoryStatements
  readonly #plainStores: (process: Process) => ProcessStores
  readonly #processes = new Map<Process, Role>()
  readonly #weather: Weather
  readonly #look = () => {
    this.#watch(() => {
      this.judge.settled()
    })
  }
  #born = 0

  constructor(
    seed: number,
    readonly mutant: Mutant | null,
  ) {
    this.random = new Random(seed)
    this.settings = drawSettings(this.random)
    this.scheduler = new Scheduler(this.random, epoch)
    this.#weather = this.#drawWeather()
    this.server = new Server(this.db, this.scheduler, this.#weather)
    this.log = new MemoryLog(this.scheduler, this.#weather)
    this.oracle = new Oracle(this.settings)
    this.judge = new Judge(this.tables, this.log, this.oracle, this.settings)
    this.#statements = mutate(
      memoryStatements(this.tables, () => this.scheduler.now),
      mutant,
      this.log,
    )
    const { server, settings } = this
    this.#plainStores = storesFor(server, this.#statements, { settings, type: eventType })
    this.db.onCommit = (tx) => {
      this.#watch(() => {
        this.judge.committing(tx)
      })
    }
    const { partitions } = this.settings
    const compute = { id: computeId, pipeline: pipelineName, type: eventType, partitions, publication: 0 }
    this.tables.computes.set(String(computeId), compute)
    this.ledger = produce(this)
    const { speedWorkers, batchWorkers, archivers } = this.settings
    for (let i = 0; i < speedWorkers; i++) this.#start('speed')
    for (let i = 0; i < batchWorkers; i++) this.#start('batch')
    for (let i = 0; i < archivers; i++) this.#start('archive')
    this.#start('operator')
    this.#start('reader')
    this.#later()
  }

  /** Lets one thing happen, and holds the outcome against the laws. */
  step(): Promise<void> | null {
    const following = this.scheduler.step()
    if (following !== null) return following.then(this.#look)
    this.#look()
    return null
  }

  /** Faults end, everybody is up again and answered. */
  heal(): void {
    this.isStorming = false
    this.#weather.breaks = 0
    this.#weather.latency = () => this.random.below(3)
    for (const process of this.#processes.keys()) this.scheduler.wake(process)
  }

  isAlive(pid: number): boolean {
    return [...this.#processes.keys()].some((process) => process.pid === pid)
  }

  /** A process that gave up by itself; the supervisor starts another. */
  ended(process: Process): void {
    const role = this.#processes.get(process)
    if (role === undefined) return
    this.#processes.delete(process)
    if (role === 'operator') this.operating = 0
    this.scheduler.kill(process)
    this.scheduler.after(this.random.below(3_000), null, () => {
      this.#start(role)
    })
  }

  logOf(process: Process): SpeedLog {
    const log = this.log.seenBy(process)
    return this.mutant === 'lost-dedupe-marks'
      ? { ...log, seqBefore: () => log.state().then(({ lastSeq }) => lastSeq) }
      : log
  }

  askForRun(stores: ProcessStores, id: string): Promise<void> {
    return stores.jobs.insertJob({ id, pipeline: pipelineName, maxAttempts: 1_000 })
  }

  /** Whole windows: all that any event lies in, or one or two parts of it. */
  drawRanges(): Range[] {
    const { windowMs } = this.settings
    const starts = this.log.messages.flatMap(({ events }) => events.map(({ time }) => time))
    const from = Math.floor(Math.min(epoch, ...starts) / windowMs) * windowMs
    const to = Math.floor(Math.max(epoch, ...starts) / windowMs) * windowMs + windowMs
    const middle = from + windowMs * this.random.below((to - from) / windowMs)
    const parts = [
      { from, to: middle },
      { from: middle, to },
    ].filter((range) => range.from < range.to)
    return this.isStorming && this.random.chance(0.4) ? [this.random.pick(parts)] : parts
  }

  /** The rows of a run, as the engine would give them. */
  countBatch(range: Range, { seqs }: { seqs: readonly number[] }, archived: number): CellLines {
    this.oracle.follow(this.log.messages)
    const sums = [...this.oracle.counted(range, seqs, archived)]
    const last = sums.at(-1)?.[1]
    if (this.mutant === 'batch-off-by-one' && last !== undefined) last.n--
    const text = sums.map(([name, { n, value }]) => {
      const [windowStart, key] = name.split('/')
      return `${windowStart ?? ''}\t${key ?? ''}\t{${n},${value}}\t\\N\n`
    })
    const lines = (async function* () {
      yield await Promise.resolve(text.join(''))
    })()
    return { lines, figures: () => ({ digest: '', events: 0, bytes: 0 }) }
  }

  drawTarget(): RollbackTarget {
    const compute = this.tables.computes.get(String(computeId))
    const versions = [...this.tables.versions.values()]
    const version = versions[this.random.below(versions.length)]?.number ?? 1
    const newest = compute?.publication ?? 0
    return this.random.chance(0.5)
      ? { version }
      : { publication: this.random.chance(0.2) ? 0 : this.random.below(newest + 1) }
  }

  vacuumRequest(): VacuumRequest {
    const held = [...this.tables.versions.values()].flatMap(({ id, state }) =>
      state === 'published' ? [] : [id],
    )
    return {
      computeId,
      definition: { windowSizeMs: this.settings.windowMs, retention: { versions: 1, cellsMs: 1e12 } },
      clock: { now: () => this.scheduler.now + vacuumAheadMs },
      held,
    }
  }

  /** What a reader is told in one statement; answers with the publication it was told. */
  async read(process: Process, seen: number): Promise<number> {
    const { computes, ranges } = this.tables
    const { number, map } = await this.server.single(process, (tx) => ({
      number: tx.get(computes, String(computeId))?.publication ?? 0,
      map: [...tx.values(ranges)].flatMap(([, row]) => (row.until === null ? [row] : [])),
    }))
    this.#watch(() => {
      this.judge.told(
        number,
        map.sort((a, b) => a.from - b.from),
        seen,
      )
    })
    return number
  }

  /** Nothing is under way any more and everything that was logged is folded and archived. */
  isDrained(): boolean {
    const { archive, jobs } = this.tables
    const last = this.log.lastSeq
    return (
      this.operating === 0 &&
      !this.server.isLingering() &&
      archive.get('archive')?.seq === last &&
      [...jobs.values()].every(({ status }) => status !== 'queued' && status !== 'running') &&
      this.judge.positions().every((seq) => seq === last)
    )
  }

  #start(role: Role): void {
    const process = this.scheduler.process(`${role}-${++this.#born}`)
    this.#processes.set(process, role)
    this.scheduler.after(0, process, () => {
      this.#run(role, process)
    })
  }

  #run(role: Role, process: Process): void {
    const timing = this.scheduler.timing(process, this.random.pick([0, 0, -3_600_000, 3_600_000]))
    const node: Node = { world: this, process, timing, stores: this.#storesOf(process) }
    void roles[role](node)
  }

  #storesOf(process: Process): ProcessStores {
    const { server, mutant } = this
    const stores = this.#plainStores(process)
    if (mutant === 'split-flip')
      return { ...stores, serving: splitFlips(server, process, stores, this.tables.ranges) }
    if (mutant !== 'position-first' && mutant !== 'position-last') return stores
    const first = mutant === 'position-first' ? 'position' : 'cells'
    const view = splitCommits(server, process, this.#statements.speed, first)
    const speed = Object.assign(Object.create(stores.speed) as typeof stores.speed, { view })
    return { ...stores, speed }
  }

  /** The next fault, for as long as they last. */
  #later(): void {
    this.scheduler.after(100 + this.random.below(2_000), null, () => {
      if (!this.isStorming) return
      this.#fault()
      this.#later()
    })
  }

  #fault(): void {
    const { random, scheduler, server, faults } = this
    const kind = random.next()
    const isStop = kind >= 0.5 && kind < 0.85
    const all = [...this.#processes]
    // A worker that stands still past its lease while its partitions move on is what the fences are for.
    const prone = isStop && random.chance(0.6) ? all.filter(([, role]) => role === 'speed') : all
    const [victim] = random.pick(prone.length > 0 ? prone : all)
    if (kind < 0.5) {
      faults.kills++
      server.killed(victim, random.pick([0, 5, 200, 9_000]))
      this.ended(victim)
    } else if (kind < 0.85) {
      if (victim.state !== 'running') return
      faults.stops++
      scheduler.stop(victim)
      server.stopped(victim)
      scheduler.after(random.pick([300, 8_500, 9_000, 12_000]), null, () => {
        scheduler.wake(victim)
      })
    } else {
      faults.crashes++
      server.crash(random.pick([50, 1_000, 6_000]))
    }
  }

  /** Most statements are quick; some take long enough for anything to come between. */
  #drawWeather(): Weather {
    const { random } = this
    const slow = random.pick([0.02, 0.1, 0.3])
    return {
      breaks: random.pick([0, 0.005, 0.02]),
      latency: () =>
        random.chance(slow) ? random.below(random.chance(0.02) ? 11_000 : 300) : random.below(3),
    }
  }

  #watch(look: () => void): void {
    try {
      look()
    } catch (error) {
      if (!(error instanceof Violation)) throw error
      this.violation ??= error
    }
  }
}
