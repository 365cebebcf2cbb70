import { spawn, type ChildProcess } from 'node:child_process'
import { AppError, logger } from '../platform'
import type { Duck, DuckOptions } from './duck'
import type { DuckCall, DuckReply, DuckRequest } from './duck-messages'

export interface DuckProcessOptions extends DuckOptions {
  /** What Node is given to become a process that calls `serveDuck`. */
  program: readonly string[]
  /** Bytes of memory that the process may take in all; the kernel refuses it more. Not kept to outside of Linux. */
  processBytes: number
  /** Told of each process that is started. */
  onStart?: (pid: number) => void
}

/** V8's part of the process: rows pass through it, none stay. */
const heapMb = 512
const kib = 1024

/**
 * DuckDB in a process of its own, so that running out of memory there harms nobody else. When that process ends,
 * what it was doing rejects, and the next connection asked for starts another. Connections made before are dead then.
 */
export async function openDuckProcess(options: DuckProcessOptions): Promise<Duck> {
  let current: DuckProcess | null = null
  let starting: Promise<DuckProcess> | null = null
  let closed = false
  const ensure = async (): Promise<DuckProcess> => {
    if (closed) throw ended('it was closed')
    if (current?.isAlive === true) return current
    starting ??= DuckProcess.start(options).finally(() => {
      starting = null
    })
    current = await starting
    return current
  }
  const own = await (await ensure()).fork()
  return {
    ...own,
    fork: async () => (await ensure()).fork(),
    close() {
      closed = true
      own.close()
      current?.end()
    },
  }
}

class DuckProcess {
  isAlive = true
  private readonly waiting = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: Error) => void }
  >()
  private lastId = 0
  private isEnding = false

  private constructor(
    private readonly child: ChildProcess,
    private readonly options: DuckProcessOptions,
  ) {
    child.on('message', (reply: DuckReply) => {
      this.take(reply)
    })
    child.once('error', (error) => {
      this.onEnd(error.message)
    })
    child.once('exit', (code, signal) => {
      this.onEnd(signal ?? `exit code ${code ?? 0}`)
    })
    // A channel that breaks as the process ends is told of by its exit.
    child.on('disconnect', () => child.kill('SIGKILL'))
  }

  static async start(options: DuckProcessOptions): Promise<DuckProcess> {
    const { program, processBytes, onStart, ...duck } = options
    const child = startLimited(program, processBytes)
    const started = new DuckProcess(child, options)
    if (child.pid !== undefined) onStart?.(child.pid)
    await started.ask({ do: 'open', options: duck })
    return started
  }

  async fork(): Promise<Duck> {
    const as = ++this.lastId
    await this.ask({ do: 'fork', as })
    return connectionOf(this, as)
  }

  nextId(): number {
    return ++this.lastId
  }

  ask<T>(call: DuckCall): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.isAlive || !this.child.connected) {
        reject(this.endedError('it had ended before'))
        return
      }
      const id = ++this.lastId
      this.waiting.set(id, { resolve, reject })
      const request: DuckRequest = { id, call }
      this.child.send(request, (error) => {
        // The exit that follows says more; this is for a message that cannot be sent at all.
        if (error && this.isAlive && this.child.connected) this.settle(id)?.reject(error)
      })
    })
  }

  /** Without waiting for an answer: nothing is left to be done when it fails. */
  tell(call: DuckCall): void {
    void this.ask(call).catch(() => undefined)
  }

  end(): void {
    this.isEnding = true
    this.child.kill('SIGKILL')
  }

  private settle(id: number) {
    const call = this.waiting.get(id)
    this.waiting.delete(id)
    return call
  }

  private take(reply: DuckReply): void {
    const call = this.settle(reply.id)
    if ('error' in reply) call?.reject(new Error(reply.error))
    else call?.resolve(reply.value as never)
  }

  private onEnd(how: string): void {
    if (!this.isAlive) return
    this.isAlive = false
    const error = this.endedError(how)
    if (!this.isEnding) logger('duckdb').error({ how, pid: this.child.pid }, 'the DuckDB process ended')
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }

  private endedError(how: string): AppError {
    if (this.isEnding) return ended('it was closed')
    const { memoryLimit = 'all there is', processBytes } = this.options
    return ended(
      `${how}. It most likely ran out of memory: it may take ${Math.round(processBytes / kib ** 2)} MiB, ${memoryLimit} of them for DuckDB`,
    )
  }
}

const ended = (why: string) =>
  new AppError('unavailable', `The DuckDB process ended (${why}). Another one is started when it is needed.`)

function connectionOf(process: DuckProcess, on: number): Duck {
  return {
    run: (sql, parameters) => process.ask({ do: 'run', on, sql, parameters }),
    rows: (sql, parameters) => process.ask({ do: 'rows', on, sql, parameters }),
    async *stream(sql, parameters) {
      const of = process.nextId()
      await process.ask({ do: 'stream', on, as: of, sql, parameters })
      let isOver = false
      try {
        for (;;) {
          const rows = await process.ask<unknown[][] | null>({ do: 'next', of })
          if (rows === null) break
          yield rows
        }
        isOver = true
      } finally {
        if (!isOver) await process.ask({ do: 'leave', of }).catch(() => undefined)
      }
    },
    appendColumns: (table, columns) => process.ask({ do: 'append', on, table, columns }),
    fork: () => process.fork(),
    interrupt: () => {
      process.tell({ do: 'interrupt', on })
    },
    close: () => {
      process.tell({ do: 'close', on })
    },
  }
}

/** In a process group of its own, so that a Ctrl-C in the terminal does not reach it before its owner has decided. */
function startLimited(program: readonly string[], processBytes: number): ChildProcess {
  const node = [process.execPath, `--max-old-space-size=${heapMb}`, ...program]
  const limited =
    process.platform === 'linux'
      ? ['/bin/sh', '-c', 'ulimit -d "$0" && exec "$@"', String(Math.floor(processBytes / kib)), ...node]
      : node
  const [command = process.execPath, ...args] = limited
  return spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
    detached: true,
    env: process.env,
  })
}
