import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Random } from '../../server/platform'

/** What a network does to the bytes between two processes. */
export interface Weather {
  /** Each chunk arrives so much later. */
  delayMs?: number
  /** The share of chunks at which the connection is reset. */
  resets?: number
  /** Bytes vanish without a word: on their way to the server, from it, or both. */
  swallow?: 'up' | 'down' | 'both'
  /** New connections are refused. */
  refuse?: boolean
}

export interface Proxy extends AsyncDisposable {
  /** The server's address, by way of the proxy. */
  url: string
  set(weather: Weather): void
  /** Every connection is reset. */
  cut(): void
}

/** A way to a server of ours on which the weather can be changed at any time, for connections old and new. */
export async function openProxy(to: string, seed = 1, host = '127.0.0.1'): Promise<Proxy> {
  const target = new URL(to)
  const random = new Random(seed)
  const pairs = new Set<[Socket, Socket]>()
  let weather: Weather = {}
  const server = createServer((socket) => {
    if (weather.refuse === true) {
      socket.resetAndDestroy()
      return
    }
    const upstream = connect(Number(target.port), target.hostname)
    const pair: [Socket, Socket] = [socket, upstream]
    pairs.add(pair)
    const reset = () => {
      pairs.delete(pair)
      for (const end of pair) end.resetAndDestroy()
    }
    for (const [from, into, way] of [
      [socket, upstream, 'up'],
      [upstream, socket, 'down'],
    ] as const) {
      carry(from, into, () => ({
        delayMs: weather.delayMs ?? 0,
        swallows: weather.swallow === way || weather.swallow === 'both',
        resets: random.chance(weather.resets ?? 0),
        reset,
      }))
      from.on('error', reset)
      // An end that hangs up is not heard of either where bytes vanish.
      from.on('close', () => {
        if (weather.swallow === undefined) reset()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const url = new URL(to)
  url.hostname = host
  url.port = String((server.address() as AddressInfo).port)
  const cut = () => {
    for (const pair of pairs) for (const end of pair) end.resetAndDestroy()
    pairs.clear()
  }
  return {
    url: url.href,
    set(changed) {
      weather = changed
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Step {
  delayMs: number
  swallows: boolean
  resets: boolean
  reset: () => void
}

/** Carries bytes in order; what is swallowed is gone, so a connection that met it never works again. */
function carry(from: Socket, into: Socket, look: () => Step): void {
  let isBroken = false
  const write = (chunk: Buffer) => {
    if (into.destroyed || into.write(chunk)) from.resume()
    else into.once('drain', () => from.resume())
  }
  from.on('data', (chunk: Buffer) => {
    const { delayMs, swallows, resets, reset } = look()
    if (resets) reset()
    isBroken ||= swallows
    if (isBroken || resets) return
    from.pause()
    if (delayMs === 0) write(chunk)
    else setTimeout(write, delayMs, chunk)
  })
}
