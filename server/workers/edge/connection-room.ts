import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { logger } from '../../platform'

/** Files and connections of the process itself, beside those of clients: stores, log, pages being read. */
const ownFiles = 64
const lookEveryMs = 1_000
const retryAfterS = 5

interface ConnectionRoom {
  /** Counts the connections of a server. */
  watch(server: Server): void
  /** True: it was answered here, because the process has no room for it. */
  refuse(request: IncomingMessage, response: ServerResponse): boolean
}

/**
 * Keeps the process from running out of file descriptors: then it could open neither its database nor a file, and a
 * client would see its connection end without a word. Beyond the room a request is answered 503 and its connection
 * closed, and connections that only rest are closed as well.
 */
export function openConnectionRoom(readLimit: () => number = openFilesLimit): ConnectionRoom {
  const servers: Server[] = []
  const base = openFiles() + ownFiles
  let connections = 0
  let limit = readLimit()
  let lookedAt = performance.now()
  const isFull = () => {
    if (performance.now() - lookedAt > lookEveryMs) {
      lookedAt = performance.now()
      limit = readLimit()
      if (connections > limit - base) makeRoom()
    }
    return connections > limit - base
  }
  const makeRoom = () => {
    logger('web').warn(
      { connections, limit },
      'too few file descriptors for all connections: some are refused',
    )
    for (const server of servers) server.closeIdleConnections()
  }
  return {
    watch(server) {
      servers.push(server)
      server.on('connection', (socket) => {
        connections++
        socket.once('close', () => {
          connections--
        })
      })
    },
    refuse(request, response) {
      if (!isFull()) return false
      response.writeHead(503, {
        'content-type': 'application/problem+json',
        'retry-after': String(retryAfterS),
        connection: 'close',
      })
      response.end(
        JSON.stringify({
          type: 'about:blank',
          title: 'Unavailable',
          status: 503,
          detail: `${request.method ?? 'The request'} was refused: ${connections} connections are open and the process may have ${limit} files. Nothing of it was done; try again in ${retryAfterS} s. Raise the limit of open files (ulimit -n) of the web process if this goes on.`,
        }),
      )
      return true
    },
  }
}

/** Of this process, now; another process may change it. Infinite where it cannot be told. */
function openFilesLimit(): number {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    return line === null ? Infinity : Number(line[1])
  } catch {
    return Infinity
  }
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}
