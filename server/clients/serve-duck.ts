import { writeFileSync } from 'node:fs'
import { openDuck, type Duck } from './duck'
import type { DuckCall, DuckReply, DuckRequest } from './duck-messages'

interface Reading {
  stream: AsyncGenerator<unknown[][], void>
  /** Read ahead, while the other side works on what it got. */
  next: Promise<IteratorResult<unknown[][], void>>
}

/**
 * The main of a process that is DuckDB for the one that started it (see `openDuckProcess`). It keeps nothing: when
 * the channel closes it ends at once, in the middle of a statement too.
 */
export function serveDuck(): void {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  // A Ctrl-C in the terminal reaches the whole group: who started this decides.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)
  becomeFirstVictim()
  const served = new ServedDuck()
  process.on('message', (request: DuckRequest) => {
    served.answer(request.call).then(
      (value) => {
        reply({ id: request.id, value })
      },
      (error: unknown) => {
        reply({ id: request.id, error: error instanceof Error ? error.message : String(error) })
      },
    )
  })
}

function reply(message: DuckReply): void {
  if (process.connected) process.send?.(message)
}

/** When the machine runs out of memory the kernel ends this process, not a neighbour that serves readers. */
function becomeFirstVictim(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000')
  } catch {
    // Not Linux, or not allowed: the kernel chooses.
  }
}

class ServedDuck {
  private root: Promise<Duck> | null = null
  private readonly connections = new Map<number, Duck>()
  private readonly readings = new Map<number, Reading>()

  async answer(call: DuckCall): Promise<unknown> {
    switch (call.do) {
      case 'open':
        this.root = openDuck(call.options)
        await this.root
        return null
      case 'fork': {
        if (this.root === null) throw new Error('no database is open')
        this.connections.set(call.as, await (await this.root).fork())
        return null
      }
      case 'run':
        await this.on(call.on).run(call.sql, call.parameters)
        return null
      case 'rows':
        return this.on(call.on).rows(call.sql, call.parameters)
      case 'append':
        await this.on(call.on).appendColumns(call.table, call.columns)
        return null
      case 'stream': {
        const stream = this.on(call.on).stream(call.sql, call.parameters)
        this.readings.set(call.as, { stream, next: quiet(stream.next()) })
        return null
      }
      case 'next':
        return this.next(call.of)
      case 'leave': {
        const reading = this.readings.get(call.of)
        this.readings.delete(call.of)
        // The rows read ahead come first: a generator ends only between two of them.
        await reading?.next.catch(() => undefined)
        await reading?.stream.return(undefined)
        return null
      }
      case 'interrupt':
        this.connections.get(call.on)?.interrupt()
        return null
      case 'close':
        this.connections.get(call.on)?.close()
        this.connections.delete(call.on)
        return null
    }
  }

  private on(connection: number): Duck {
    const duck = this.connections.get(connection)
    if (duck === undefined) throw new Error('the connection is closed')
    return duck
  }

  private async next(of: number): Promise<unknown[][] | null> {
    const reading = this.readings.get(of)
    if (reading === undefined) return null
    const item = await reading.next
    if (item.done === true) {
      this.readings.delete(of)
      return null
    }
    reading.next = quiet(reading.stream.next())
    return item.value
  }
}

/** Who asks for the rows is told of the failure; until then it is no unhandled one. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
