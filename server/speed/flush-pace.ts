/**
 * When the next flush may start, counted from the end of the last one. Commits take at most about a quarter of
 * the time: quick ones leave the view fresh, slow ones leave the processor to folding and let cells collect
 * more events per write.
 */
export function nextFlushMs(lastCommitMs: number, range: { flushMinMs: number; flushMaxMs: number }): number {
  return Math.min(range.flushMaxMs, Math.max(range.flushMinMs, Math.round(lastCommitMs * 3)))
}
