import { mkdirSync } from 'node:fs'
import { interruptOnAbort, openDuck, type Duck } from '../../clients'
import { AppError, type Stop } from '../../platform'

export interface ArchiveReader {
  /**
   * Runs a reading on a connection of its own, once there is room. Aborting the signal, or taking too long, stops
   * the statement that runs.
   */
  read<T>(
    signal: AbortSignal | undefined,
    reading: (duck: Duck, signal: AbortSignal) => Promise<T>,
  ): Promise<T>
  close: Stop
}

export interface ArchiveReaderOptions {
  /** Where statements that outgrow their memory spill. */
  tempDir: string
  /** The folders whose files it may read, beside where it spills; any file when absent. */
  onlyIn?: readonly string[]
  running?: number
  waiting?: number
  timeoutMs?: number
  idleMs?: number
}

/** Readings at once: people's questions must leave the processors to the speed layer. */
const runningLimit = 2
/** Readings that wait for their turn; beyond it callers are told to come again. */
const waitingLimit = 16
const timeoutMsDefault = 20_000
/** Unused for this long the engine is closed, and its memory is free. */
const idleMsDefault = 120_000

/** Reads the archive in the web process: DuckDB, opened with the first question, small, and for a few at a time. */
export function openArchiveReader(options: ArchiveReaderOptions): ArchiveReader {
  const { running = runningLimit, waiting = waitingLimit, timeoutMs = timeoutMsDefault } = options
  let opened: Promise<Duck> | null = null
  let active = 0
  let idle: NodeJS.Timeout | null = null
  const queue: (() => void)[] = []

  const duck = () => {
    if (idle !== null) clearTimeout(idle)
    opened ??= open(options).catch((error: unknown) => {
      opened = null
      throw error
    })
    return opened
  }

  const closeEngine = async () => {
    const closing = opened
    opened = null
    await closing?.then(
      (engine) => {
        engine.close()
      },
      () => undefined,
    )
  }

  async function enter(signal: AbortSignal): Promise<void> {
    if (active < running) {
      active++
      return
    }
    if (queue.length >= waiting)
      throw new AppError(
        'too_many_requests',
        `Reading the archive was refused: ${running} readings run and ${waiting} wait. Try again in a moment.`,
        { retryAfterS: 2 },
      )
    await new Promise<void>((resolve, reject) => {
      const turn = () => {
        signal.removeEventListener('abort', leaveQueue)
        resolve()
      }
      const leaveQueue = () => {
        queue.splice(queue.indexOf(turn), 1)
        reject(signal.reason as Error)
      }
      queue.push(turn)
      signal.addEventListener('abort', leaveQueue, { once: true })
    })
  }

  /** The place is handed to the next in the queue, if any. */
  function leave(): void {
    const next = queue.shift()
    if (next !== undefined) {
      next()
      return
    }
    active--
    if (active > 0) return
    idle = setTimeout(() => {
      if (active === 0) void closeEngine()
    }, options.idleMs ?? idleMsDefault)
    idle.unref()
  }

  async function read<T>(
    caller: AbortSignal | undefined,
    reading: (duck: Duck, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const timeout = AbortSignal.timeout(timeoutMs)
    const signal = caller === undefined ? timeout : AbortSignal.any([caller, timeout])
    try {
      signal.throwIfAborted()
      await enter(signal)
      try {
        return await onConnection(await duck(), signal, reading)
      } finally {
        leave()
      }
    } catch (error) {
      if (timeout.aborted && caller?.aborted !== true) throw tooLong(timeoutMs, error)
      caller?.throwIfAborted()
      throw error
    }
  }

  return {
    read,
    async close() {
      if (idle !== null) clearTimeout(idle)
      await closeEngine()
    },
  }
}

function open({ tempDir, onlyIn }: ArchiveReaderOptions): Promise<Duck> {
  mkdirSync(tempDir, { recursive: true })
  return openDuck({ threads: 2, memoryLimit: '384MB', tempDir, keepsOrder: false, ...(onlyIn && { onlyIn }) })
}

async function onConnection<T>(
  engine: Duck,
  signal: AbortSignal,
  reading: (duck: Duck, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const connection = await engine.fork()
  const done = interruptOnAbort(connection, signal)
  try {
    signal.throwIfAborted()
    return await reading(connection, signal)
  } finally {
    done()
    connection.close()
  }
}

const tooLong = (timeoutMs: number, cause: unknown) =>
  new AppError(
    'unavailable',
    `Reading the archive was given up after ${timeoutMs / 1_000} s. The log behind this window is long; try again when less is going on.`,
    { cause, retryAfterS: 10 },
  )
