/** Events that were logged at about the same time. */
export interface WaitRun {
  logTime: number
  events: number
}

/** Log times closer than this share of their age are one run: the age is told within it, and runs stay few. */
const resolution = 0.02
const resolutionMs = 5

/** When the events were logged that a partition has folded and not yet committed. */
export class EventWaits {
  private runs: WaitRun[] = []

  /**
   * Events logged before `from` are history to whoever reads them, and events up to `seenSeq` were in the view before:
   * neither has waited for it.
   */
  constructor(
    private readonly from: number,
    private readonly seenSeq: number,
  ) {}

  note(batch: { n: number; seq: ArrayLike<number>; logTime: ArrayLike<number> }, now: number): void {
    let run = this.runs.at(-1)
    for (let i = 0; i < batch.n; i++) {
      const logTime = batch.logTime[i] ?? now
      if (logTime < this.from || (batch.seq[i] ?? 0) <= this.seenSeq) continue
      if (
        run === undefined ||
        logTime - run.logTime > Math.max(resolutionMs, (now - run.logTime) * resolution)
      ) {
        run = { logTime, events: 0 }
        this.runs.push(run)
      }
      run.events++
    }
  }

  take(): WaitRun[] {
    const taken = this.runs
    this.runs = []
    return taken
  }
}
