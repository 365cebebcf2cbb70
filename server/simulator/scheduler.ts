import type { Random, Timing } from '../platform'

/** A process of the simulated product. Killed, nothing of it ever goes on; stopped, all of it goes on later. */
export interface Process {
  readonly name: string
  readonly pid: number
  state: 'running' | 'stopped' | 'killed'
  /** What was to go on while it was stopped. */
  readonly held: (() => void)[]
}

interface Entry {
  at: number
  /** Entries of one instant go on in this, random, order. */
  chance: number
  process: Process | null
  run: () => void
}

/**
 * Simulated time and the one place where is decided who goes on: whatever waits, for a statement's answer, a message
 * or a timer, waits for an entry here, and its instant and its rank among its equals are drawn at random. Between two
 * entries everything that can run without waiting runs.
 */
export class Scheduler {
  now: number
  steps = 0
  #entries: Entry[] = []
  #pids = 0

  constructor(
    readonly random: Random,
    readonly epoch: number,
  ) {
    this.now = epoch
  }

  process(name: string): Process {
    return { name, pid: ++this.#pids, state: 'running', held: [] }
  }

  kill(process: Process): void {
    process.state = 'killed'
    process.held.length = 0
  }

  stop(process: Process): void {
    if (process.state === 'running') process.state = 'stopped'
  }

  wake(process: Process): void {
    if (process.state !== 'stopped') return
    process.state = 'running'
    for (const run of process.held.splice(0)) this.after(0, process, run)
  }

  /** `run` goes on after `ms`, in the process (null: outside of any); the answer takes it back. */
  after(ms: number, process: Process | null, run: () => void): () => void {
    const entry = { at: this.now + Math.max(0, ms), chance: this.random.next(), process, run }
    this.#push(entry)
    return () => {
      entry.run = nothing
    }
  }

  /** Lets the next one go on; what follows from it without waiting is through when the answer, if any, resolves. */
  step(): Promise<void> | null {
    const entry = this.#pop()
    if (entry === undefined) return null
    this.now = entry.at
    const { process, run } = entry
    if (run === nothing || process?.state === 'killed') return null
    if (process?.state === 'stopped') {
      process.held.push(() => {
        entry.run()
      })
      return null
    }
    this.steps++
    run()
    // Outside of processes nothing waits for a promise.
    return process === null ? null : quiet()
  }

  /** Time as a process sees it: its clock may be ahead or behind, its timers are ours. */
  timing(process: Process, skewMs = 0): Timing {
    const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        if (signal?.aborted) {
          resolve()
          return
        }
        const done = () => {
          signal?.removeEventListener('abort', woken)
          resolve()
        }
        const cancel = this.after(ms, process, done)
        const woken = () => {
          cancel()
          resolve()
        }
        signal?.addEventListener('abort', woken, { once: true })
      })
    const every = (ms: number, run: () => void): (() => void) => {
      let cancel: () => void = nothing
      const again = () => {
        cancel = this.after(ms, process, () => {
          again()
          run()
        })
      }
      again()
      return () => {
        cancel()
      }
    }
    return {
      now: () => this.now + skewMs,
      elapsed: () => this.now - this.epoch,
      sleep,
      every,
      random: () => this.random.next(),
    }
  }

  #push(entry: Entry): void {
    const entries = this.#entries
    let i = entries.push(entry) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!isBefore(entry, entries[parent] as Entry)) break
      entries[i] = entries[parent] as Entry
      i = parent
    }
    entries[i] = entry
  }

  #pop(): Entry | undefined {
    const entries = this.#entries
    const first = entries[0]
    const last = entries.pop()
    if (first === undefined || last === undefined || entries.length === 0) return first
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= entries.length) break
      if (child + 1 < entries.length && isBefore(entries[child + 1] as Entry, entries[child] as Entry))
        child++
      if (!isBefore(entries[child] as Entry, last)) break
      entries[i] = entries[child] as Entry
      i = child
    }
    entries[i] = last
    return first
  }
}

const nothing = (): void => undefined

const isBefore = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.chance < b.chance)

/** Turns that are asked for at once: asking for each alone costs a system call apiece. */
const turnsAtOnce = 64
const waiting: (() => void)[] = []
let turns = 0

const turn = (): void => {
  turns--
  for (const go of waiting.splice(0)) go()
}

/**
 * Every promise that can go on has: between two turns of `setImmediate`, also of those asked for at once, all
 * promises go on until none can.
 */
const quiet = () =>
  new Promise<void>((resolve) => {
    waiting.push(resolve)
    if (turns > 0) return
    for (; turns < turnsAtOnce; turns++) setImmediate(turn)
  })
