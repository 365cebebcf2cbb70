import { openPool, type Pool } from '../clients'

/** When the process dies: as the n-th statement is about to be sent, or once its answer is there and nobody read it. */
export interface Death {
  at: number
  when: 'before' | 'after'
}

type Query = (...args: unknown[]) => unknown
type Callback = (error: Error) => void

/**
 * A pool of a process that is killed at its n-th statement: the connections break without a word, and nothing it
 * does afterwards reaches the database. What Postgres sees is what it sees of a kill -9.
 */
export function openMortalPool(url: string, death: Death): { pool: Pool; statements: () => number } {
  const pool = openPool(url, { max: 4 })
  let count = 0
  let isDead = false
  const sockets = new Set<{ destroy: () => void }>()
  const die = (): Error => {
    isDead = true
    for (const socket of sockets) socket.destroy()
    return new Error('killed')
  }
  pool.on('connect', (client) => {
    client.on('error', () => undefined)
    const inner = client as unknown as { query: Query; connection: { stream: { destroy: () => void } } }
    sockets.add(inner.connection.stream)
    const send = inner.query.bind(client)
    inner.query = (...args) => {
      const callback = typeof args.at(-1) === 'function' ? (args.at(-1) as Callback) : null
      const fail = (error: Error) => {
        if (!callback) return Promise.reject(error)
        callback(error)
        return undefined
      }
      // A COPY is a stream, no answer: the process dies at the statements around it.
      const isStream = typeof (args[0] as { submit?: unknown }).submit === 'function'
      if (isDead && isStream) throw new Error('killed')
      if (isDead) return fail(new Error('killed'))
      if (isStream) return send(...args)
      count++
      if (count === death.at && death.when === 'before') return fail(die())
      const sent = send(...args)
      if (count !== death.at || !(sent instanceof Promise)) return sent
      return sent.then(() => {
        throw die()
      })
    }
  })
  return { pool, statements: () => count }
}
