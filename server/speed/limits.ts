import { leaseTimes } from '../platform'

/** Every bound of the speed worker, and what is seen when it is reached. */
export const limits = {
  /** A lease lives this long without heartbeat or commit; then any worker may take it. */
  leaseMs: leaseTimes.leaseMs,
  heartbeatMs: leaseTimes.heartbeatMs,
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
  /** Windows whose new keys are counted; beyond it those watched longest are counted anew when they grow. */
  windowsWatched: 5_000,
  /** The keys of a window are first counted when this share of the pipeline's limit is new in it … */
  keysCountedFirst: 0.05,
  /** … and again at the earliest when this share is new: what may be beyond the limit before it is noticed. */
  keysCountedAgain: 0.01,
  /** They are counted as far as this. */
  keysCountedTo: 2_000_000,
  /** What a window that was beyond its limit when its work was taken up may grow by, as a share of the limit. */
  keysGrowth: 0.1,
  /** Windows from this share of their limit on are shown (`fullWindows`), for so long after they were counted. */
  keysShownFrom: 0.8,
  keysShownMs: 300_000,
  /** Readers of one event type; beyond it computes that catch up share one (they skip what they have). */
  readersPerType: 3,
  /** A compute that catches up joins the live reader when it is at most so many messages behind it. */
  joinDistance: 5_000,
  /** A reader with more messages before it than this does not count as live, even when nobody is ahead of it. */
  livePending: 100_000,
  /** While a live reader lags by more than this, readers that catch up work one part of time in `catchUpShare`. */
  liveLagMs: 1_000,
  catchUpShare: 5,
  /** Cells named in one view message; beyond it only windows are named, and at most so many. */
  cellsPerViewMessage: 500,
  /** Events with a trace that a partition follows from one commit to the next; beyond it they are dropped, counted. */
  tracedPerCommit: 200,
  /** Traces named in one view message. */
  tracesPerViewMessage: 16,
  /** A position that only skips messages of other partitions is written so often. */
  idleAdvanceMs: 1_000,
  /** Back-off of a commit that failed: doubled from the first to the last. */
  retryBaseMs: 100,
  retryMaxMs: 5_000,
  /** A commit that fails so often for a reason other than a lost connection is shown as an alarm (`stuck`). */
  stuckAfterAttempts: 5,
  /** After an event whose fold threw, so many messages are folded event by event. */
  lookAfterPoison: 10_000,
  /** Characters kept of what a fold threw. */
  poisonReason: 300,
  /** Computes in force that are run; beyond it the newest wait (`computesWaiting`). */
  computes: 500,
  /** Things worth knowing kept in the worker's row, newest last. */
  notes: 20,
} as const
