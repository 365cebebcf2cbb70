import type { BucketWrite, PartitionCommit, SpeedView } from '../serving'
import type { RangeRow } from './tables'
import type { Process } from './scheduler'
import type { Server } from './server'
import type { MemoryStatements, ProcessStores } from './stores'

/** The speed view with cells and position committed one after the other: two of the defects that must be found. */
export function splitCommits(
  server: Server,
  process: Process,
  statements: MemoryStatements['speed'],
  first: 'position' | 'cells',
): SpeedView {
  return {
    transact: async (fn) => {
      let cells: readonly BucketWrite[] = []
      let position: { commits: readonly PartitionCommit[]; leaseMs: number } | null = null
      const result = await server.transact(process, (session) => {
        const store = server.within(session, statements)
        return fn({
          ...store,
          upsertBuckets: async (writes) => {
            if (first === 'cells') await store.upsertBuckets(writes)
            else cells = writes
          },
          advancePositions: async (commits, leaseMs) => {
            if (first === 'position') await store.advancePositions(commits, leaseMs)
            else position = { commits, leaseMs }
          },
        })
      })
      const rest = position as { commits: readonly PartitionCommit[]; leaseMs: number } | null
      if (cells.length > 0) await server.single(process, (tx) => statements.upsertBuckets(tx, cells))
      if (rest !== null)
        await server.single(process, (tx) => {
          statements.advancePositions(tx, rest.commits, rest.leaseMs)
        })
      return result
    },
  }
}

/** Publications whose ranges are put in force one after the other, each at once visible. */
export function splitFlips(
  server: Server,
  process: Process,
  stores: ProcessStores,
  ranges: Map<string, RangeRow>,
): ProcessStores['serving'] {
  return {
    ...stores.serving,
    transact: (fn) =>
      stores.serving.transact((tx) =>
        fn(
          Object.assign(Object.create(tx) as typeof tx, {
            writePublication: async (
              ...[computeId, publication, flip]: Parameters<typeof tx.writePublication>
            ) => {
              for (const { id } of flip.closed)
                await server.single(process, (own) => {
                  const row = own.get(ranges, String(id))
                  if (row !== undefined)
                    own.set(ranges, 'range', String(id), { ...row, until: publication.number })
                })
              await tx.writePublication(computeId, publication, { closed: [], added: flip.added })
            },
          }),
        ),
      ),
  }
}
