/** Every bound of the speed worker, and what is seen when it is reached. */
export const limits = {
  /** A lease lives this long without heartbeat or commit; then any worker may take it. */
  leaseMs: 15_000,
  heartbeatMs: 5_000,
  /** How often leases, computes in force and the worker row are looked at. */
  pollMs: 1_000,
  refreshMs: 2_000,
  /** A commit starts at the earliest so long after the one before; see `nextFlushMs`. */
  flushMinMs: 50,
  flushMaxMs: 250,
  /** Changed cells not yet committed, over all partitions of a lane; beyond it reading pauses (`paused`). */
  uncommittedCells: 60_000,
  /** Events folded and not yet committed, over all partitions of a lane; beyond it reading pauses (`paused`). */
  uncommittedEvents: 400_000,
  /** Buckets remembered between commits; beyond it the oldest are read back when touched (`basesEvicted`). */
  baseCells: 200_000,
  /** Readers of one event type; beyond it computes that catch up share one (they skip what they have). */
  readersPerType: 3,
  /** A compute that catches up joins the live reader when it is at most so many messages behind it. */
  joinDistance: 20_000,
  /** While the live reader lags by more than this, readers that catch up run one slice in `catchUpShare`. */
  liveLagMs: 2_000,
  catchUpShare: 5,
  /** Cells named in one view message; beyond it only windows are named, and at most so many. */
  cellsPerViewMessage: 500,
  /** A position that only skips messages of other partitions is written so often. */
  idleAdvanceMs: 1_000,
  /** Back-off of a commit that failed: doubled from the first to the last. */
  retryBaseMs: 100,
  retryMaxMs: 5_000,
  /** A commit that fails so often for a reason other than a lost connection is shown as an alarm (`stuck`). */
  stuckAfterAttempts: 5,
  /** Definitions in force that one worker runs; beyond it the newest wait (`computesWaiting`). */
  computes: 1_000,
  /** Notes kept in the worker's row. */
  notes: 20,
} as const
