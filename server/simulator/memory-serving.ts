import type { MapEntry, NewVersion, VersionRow } from '../serving'
import type { Transaction } from './memory-db'
import type { CellRow, ComputeRow, RangeRow, Tables } from './tables'

interface Flip {
  closed: readonly { id: number }[]
  added: readonly MapEntry[]
}
interface Figures {
  digest: string
  rows: number
  events: number
  bytes: number
}

/** The statements of versions and publications on tables in memory. */
export function memoryServing(tables: Tables, now: () => number) {
  const { computes, versions, cells, chunks, ranges, publications, vacuumed, buckets, closed } = tables

  const setVersion = (
    tx: Transaction,
    id: number,
    from: readonly VersionRow['state'][],
    change: Partial<VersionRow>,
  ) => {
    const key = String(id)
    if (tx.get(versions, key) === undefined) return false
    tx.lock('version', key)
    const row = tx.get(versions, key)
    if (row === undefined || !from.includes(row.state)) return false
    tx.set(versions, 'version', key, { ...row, ...change })
    return true
  }
  const entries = (tx: Transaction, computeId: number, isIn: (row: RangeRow) => boolean) =>
    [...tx.values(ranges)]
      .flatMap(([, row]) => (row.computeId === computeId && isIn(row) ? [row] : []))
      .sort((a, b) => a.from - b.from)
      .map(({ id, from, to, versionId }) => ({ id, from, to, versionId }))
  const computeRow = (tx: Transaction, id: number): ComputeRow | null => tx.get(computes, String(id)) ?? null

  return {
    readCompute: computeRow,

    lockCompute(tx: Transaction, id: number): ComputeRow | null {
      tx.lock('compute', String(id))
      return computeRow(tx, id)
    },

    shareCompute(tx: Transaction, id: number): ComputeRow | null {
      tx.lock('compute', String(id), 'shared')
      return computeRow(tx, id)
    },

    entriesInForce: (tx: Transaction, computeId: number, range?: { from: number; to: number }) =>
      entries(
        tx,
        computeId,
        (row) => row.until === null && (range === undefined || (row.to > range.from && row.from < range.to)),
      ),

    entriesAt: (tx: Transaction, computeId: number, number: number) =>
      entries(tx, computeId, (row) => row.since <= number && (row.until === null || row.until > number)),

    publicationExists: (tx: Transaction, computeId: number, number: number): boolean =>
      number === 0 || tx.get(publications, `${computeId}/${number}`) !== undefined,

    readBoundary(tx: Transaction, computeId: number): number | null {
      const ends = entries(tx, computeId, (row) => row.until === null).map(({ to }) => to)
      return ends.length === 0 ? null : Math.max(...ends)
    },

    readVacuumed: (tx: Transaction, computeId: number) => [...(tx.get(vacuumed, String(computeId)) ?? [])],

    writeVacuumed(
      tx: Transaction,
      computeId: number,
      stretches: readonly { from: number; to: number; epoch: number }[],
    ): void {
      tx.set(vacuumed, 'vacuumed', String(computeId), stretches)
    },

    readVersions: (tx: Transaction, ids: readonly number[]): VersionRow[] =>
      ids.flatMap((id) => tx.get(versions, String(id)) ?? []),

    findVersion: (tx: Transaction, pipeline: string, number: number): VersionRow | null =>
      [...tx.values(versions)].find(([, row]) => row.pipeline === pipeline && row.number === number)?.[1] ??
      null,

    liveVersions: (tx: Transaction, computeId: number): VersionRow[] =>
      [...tx.values(versions)]
        .flatMap(([, row]) => (row.computeId === computeId && row.state !== 'discarded' ? [row] : []))
        .sort((a, b) => publishedAt(b) - publishedAt(a) || b.id - a.id),

    insertVersion(tx: Transaction, version: NewVersion): { id: number; number: number } {
      const { computeId, pipeline, range, cut, jobId } = version
      tx.lock('version of', pipeline)
      const numbers = [...tx.values(versions)].map(([, row]) => (row.pipeline === pipeline ? row.number : 0))
      const made = { id: tables.nextId(), number: Math.max(0, ...numbers) + 1 }
      const { schemas, createdBy, reason } = version
      const seen = cut.watermarks.filter((watermark) => watermark !== null)
      tx.set(versions, 'version', String(made.id), {
        ...made,
        ...range,
        computeId,
        pipeline,
        epoch: cut.epoch,
        cut: cut.seqs,
        watermark: seen.length < cut.watermarks.length ? null : Math.min(...seen),
        state: 'staging',
        digest: null,
        rows: 0,
        events: 0,
        bytes: 0,
        schemas,
        jobId,
        createdBy,
        reason,
        startedAt: new Date(now()),
        finishedAt: null,
        publishedAt: null,
      })
      return made
    },

    /** Lines of COPY text: version, window, key, slots as an array literal, sketch. */
    copyLines(tx: Transaction, lines: readonly string[]): number {
      for (const line of lines) {
        const [versionId, windowStart, key = '', acc = '{}'] = line.split('\t')
        const row: CellRow = {
          versionId: Number(versionId),
          windowStart: Number(windowStart),
          key,
          acc: acc.slice(1, -1).split(','),
        }
        tx.set(cells, 'cell', `${row.versionId}/${row.windowStart}/${key}`, row)
      }
      return lines.length
    },

    /** What the job began for the very same range and cut, and did not give up. */
    findBegun(tx: Transaction, { computeId, jobId, range, cut }: NewVersion) {
      const begun = [...tx.values(versions)]
        .map(([, row]) => row)
        .filter((row) => row.computeId === computeId && row.jobId === jobId && jobId !== null)
        .filter((row) => row.from === range.from && row.to === range.to && row.epoch === cut.epoch)
        .filter((row) => row.cut.join() === cut.seqs.join() && ['staging', 'staged'].includes(row.state))
        .sort((a, b) => a.id - b.id)
      return begun.at(-1) ?? null
    },

    readChunks: (tx: Transaction, versionId: number) =>
      [...tx.values(chunks)]
        .flatMap(([, { from, to, rows, ...chunk }]) =>
          chunk.versionId === versionId ? [{ from, to, rows }] : [],
        )
        .sort((a, b) => a.from - b.from),

    insertChunk(
      tx: Transaction,
      versionId: number,
      { from, to, rows }: { from: number; to: number; rows: number },
    ): boolean {
      tx.lock('version', String(versionId), 'shared')
      if (tx.get(versions, String(versionId))?.state !== 'staging') return false
      const key = `${versionId}/${from}`
      if (tx.get(chunks, key) !== undefined) throw new Error(`chunk ${key} exists`)
      tx.set(chunks, 'chunk', key, { versionId, from, to, rows })
      return true
    },

    markStaged(tx: Transaction, id: number, figures: Figures): boolean {
      const isStaged = setVersion(tx, id, ['staging'], {
        ...figures,
        state: 'staged',
        finishedAt: new Date(now()),
      })
      for (const [key, chunk] of tx.values(chunks))
        if (chunk.versionId === id) tx.delete(chunks, 'chunk', key)
      return isStaged
    },

    markPublished: (tx: Transaction, ids: readonly number[]): number =>
      ids.filter((id) => setVersion(tx, id, ['staged'], { state: 'published', publishedAt: new Date(now()) }))
        .length,

    markDiscarded: (tx: Transaction, ids: readonly number[]): number[] =>
      ids.filter((id) => {
        const isInForce = [...tx.values(ranges)].some(([, row]) => row.versionId === id && row.until === null)
        return !isInForce && setVersion(tx, id, ['staging', 'staged', 'published'], { state: 'discarded' })
      }),

    markGivenUp: (tx: Transaction, ids: readonly number[]): number[] =>
      ids.filter((id) => setVersion(tx, id, ['staging', 'staged'], { state: 'discarded' })),

    deleteDiscardedCells(tx: Transaction, computeId: number, limit: number): number {
      const gone = [...tx.values(cells)]
        .filter(([, cell]) => {
          const version = tx.get(versions, String(cell.versionId))
          return version?.computeId === computeId && version.state === 'discarded'
        })
        .slice(0, limit)
      for (const [key] of gone) tx.delete(cells, 'cell', key)
      for (const [key, { versionId }] of tx.values(chunks)) {
        const version = tx.get(versions, String(versionId))
        if (version?.computeId === computeId && version.state === 'discarded') tx.delete(chunks, 'chunk', key)
      }
      return gone.length
    },

    writePublication(
      tx: Transaction,
      computeId: number,
      publication: { number: number; kind: 'publish' | 'rollback'; jobId: string | null },
      flip: Flip,
    ): void {
      const { number, kind, jobId } = publication
      const key = `${computeId}/${number}`
      tx.lock('publication', key)
      if (tx.get(publications, key) !== undefined) throw new Error(`publication ${number} exists`)
      tx.set(publications, 'publication', key, { computeId, number, kind, jobId, at: now() })
      for (const { id } of flip.closed) {
        const row = tx.get(ranges, String(id))
        if (row !== undefined) tx.set(ranges, 'range', String(id), { ...row, until: number })
      }
      for (const { from, to, versionId } of flip.added) {
        const id = tables.nextId()
        tx.set(ranges, 'range', String(id), {
          id,
          computeId,
          from,
          to,
          versionId,
          since: number,
          until: null,
        })
      }
      const compute = computeRow(tx, computeId)
      if (compute !== null)
        tx.set(computes, 'compute', String(computeId), { ...compute, publication: number })
    },

    expireEntries(tx: Transaction, computeId: number, ids: readonly number[]): void {
      const until = (computeRow(tx, computeId)?.publication ?? 0) + 1
      for (const id of ids) {
        const row = tx.get(ranges, String(id))
        if (row !== undefined) tx.set(ranges, 'range', String(id), { ...row, until })
      }
    },

    lastEpochsBefore(tx: Transaction, computeId: number, at: { overlay: number; retention: number }) {
      const before = (instant: number) =>
        Math.max(
          -1,
          ...[...tx.values(closed)].map(([, row]) =>
            row.computeId === computeId && row.closedAt < instant ? row.epoch : -1,
          ),
        )
      return { overlay: before(at.overlay), retention: before(at.retention) }
    },

    deleteBuckets(
      tx: Transaction,
      computeId: number,
      stretches: readonly { from: number; to: number; epoch: number }[],
      limit: number,
    ): number {
      const gone = [...tx.values(buckets)]
        .filter(
          ([, b]) =>
            b.computeId === computeId &&
            stretches.some((s) => b.windowStart >= s.from && b.windowStart < s.to && b.epoch <= s.epoch),
        )
        .slice(0, limit)
      for (const [key] of gone) tx.delete(buckets, 'bucket', key)
      return gone.length
    },

    deleteEndedEntries(tx: Transaction, computeId: number, before: number): number {
      const gone = [...tx.values(ranges)].filter(
        ([, row]) =>
          row.computeId === computeId &&
          row.until !== null &&
          tx.get(versions, String(row.versionId))?.state === 'discarded' &&
          (tx.get(publications, `${computeId}/${row.until}`)?.at ?? Infinity) < before,
      )
      for (const [key] of gone) tx.delete(ranges, 'range', key)
      return gone.length
    },
  }
}

const publishedAt = (row: VersionRow) => row.publishedAt?.getTime() ?? Infinity
