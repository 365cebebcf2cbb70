import { inTransaction, type Pool, type PoolClient } from '../clients'
import { bind, type Bound } from '../platform'
import {
  entriesAt,
  entriesInForce,
  lockCompute,
  publicationExists,
  readBoundary,
  readCompute,
  readVacuumed,
  shareCompute,
  writePublication,
  writeVacuumed,
  type Queryable,
} from './publication-store'
import { deleteBuckets, deleteEndedEntries, expireEntries, lastEpochsBefore } from './vacuum-store'
import { findBegun, insertChunk, readChunks } from './version-chunk-store'
import {
  copyCells,
  deleteDiscardedCells,
  findVersion,
  insertVersion,
  liveVersions,
  markDiscarded,
  markGivenUp,
  markPublished,
  markStaged,
  readVersions,
} from './version-store'

const readStatements = {
  readCompute,
  entriesInForce,
  entriesAt,
  publicationExists,
  readBoundary,
  readVacuumed,
  readVersions,
  findVersion,
  liveVersions,
}

const writeStatements = {
  lockCompute,
  shareCompute,
  writePublication,
  writeVacuumed,
  insertVersion,
  findBegun,
  readChunks,
  copyCells,
  insertChunk,
  markStaged,
  markPublished,
  markDiscarded,
  lastEpochsBefore,
  expireEntries,
  withoutTimeouts,
}

/** Statements that are a transaction each. */
const singleStatements = {
  markDiscarded,
  markGivenUp,
  deleteDiscardedCells,
  deleteBuckets,
  deleteEndedEntries,
}

/** What publishing, rolling back, staging and vacuuming ask of the store: to be read. */
export type ServingReads = Bound<typeof readStatements, Queryable>
/** In one transaction. */
export type ServingTransaction = ServingReads & Bound<typeof writeStatements, PoolClient>
export type ServingStore = Bound<typeof singleStatements, Pool> & {
  /** Committed when the function resolves, without a trace when it rejects. */
  transact<T>(fn: (store: ServingTransaction) => Promise<T>): Promise<T>
}

export const servingReadsOf = (db: Queryable): ServingReads => bind(db, readStatements)

export const servingTransactionOf = (client: PoolClient): ServingTransaction => ({
  ...servingReadsOf(client),
  ...bind(client, writeStatements),
})

export const servingStoreOf = (pool: Pool): ServingStore => ({
  ...bind(pool, singleStatements),
  transact: (fn) => inTransaction(pool, (client) => fn(servingTransactionOf(client))),
})

/** A run's pace is its engine's: between two chunks the connection may idle inside the transaction. */
async function withoutTimeouts(client: PoolClient): Promise<void> {
  await client.query(`SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0`)
}
