import { hostname } from 'node:os'
import type { Pool } from '../../clients'
import { logger, newId, type Clock, type Stop } from '../../platform'
import { minuteMs, UsageBook, type UsagePlace, type Work } from './usage-book'
import { writeUsage } from './usage-store'

/** Where a process says what it works on and for whom. */
export interface UsageMeter {
  note(work: Work): void
  /** While it runs, the process's CPU is its, in equal parts with whatever else is in hand. */
  during<T>(place: UsagePlace, run: () => Promise<T>): Promise<T>
}

export interface Usage extends UsageMeter {
  /** Writes what is left. */
  stop: Stop
}

const lookMs = 2_000
const writeMs = 10_000
/** While the database is away; older minutes are given up, and that is logged. */
const minutesLimit = 180

/** Keeps the usage of this process, minute by minute, until stopped. `own` is what it does when nobody asks for work. */
export function openUsage({
  pool,
  clock,
  own,
}: {
  pool: Pool
  clock: Clock
  own: UsagePlace['layer']
}): Usage {
  const log = logger('usage')
  const book = new UsageBook({ layer: own, pipeline: '' })
  const source = `${own}-${hostname()}-${process.pid}-${newId().slice(0, 8)}`
  const minute = () => Math.floor(clock.now() / minuteMs) * minuteMs
  let used = process.cpuUsage()
  let writing: Promise<void> = Promise.resolve()

  const look = () => {
    const now = process.cpuUsage()
    book.charge(minute(), now.user + now.system - used.user - used.system)
    used = now
  }
  const write = async () => {
    look()
    // A look that was due in the minute before may still add to it.
    const closed = minute() - minuteMs
    try {
      await writeUsage(pool, source, book.rows())
      book.forgetBefore(closed)
    } catch (error) {
      if (book.minutes > minutesLimit) book.forgetBefore(closed - (minutesLimit - 2) * minuteMs)
      log.warn({ err: error, minutes: book.minutes }, 'usage was not written; it is tried again')
    }
  }
  const looking = setInterval(look, lookMs).unref()
  const writingTimer = setInterval(() => {
    writing = writing.then(write)
  }, writeMs).unref()

  return {
    note(work) {
      book.note(minute(), work)
    },
    async during(place, run) {
      look()
      book.enter(place)
      try {
        return await run()
      } finally {
        look()
        book.leave(place)
      }
    },
    async stop() {
      clearInterval(looking)
      clearInterval(writingTimer)
      writing = writing.then(write)
      await writing
    },
  }
}
