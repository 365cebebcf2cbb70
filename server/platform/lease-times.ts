/**
 * Of everything that is leased: partitions, the archive, jobs, work that one process does at a time. All by the
 * database's clock. Three heartbeats may be missed on a starved machine before anything changes hands, and what a
 * dead worker held is at work elsewhere within `takeoverMs`: the lease, a look for free ones, and taking it.
 */
export const leaseTimes = {
  leaseMs: 8_000,
  heartbeatMs: 2_000,
  /** How often who stands by looks whether there is something to take. */
  standByMs: 1_000,
  takeoverMs: 10_000,
} as const
