/** Keys of pg_advisory locks, in one place so that no two uses meet. */
export const advisoryLocks = {
  audit: 7_201,
  claimJob: 7_202,
  schedule: 7_203,
  applyDefinition: 7_204,
  policy: 7_205,
  prices: 7_206,
} as const
