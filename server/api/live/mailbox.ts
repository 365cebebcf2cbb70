import type { AppError } from '../../platform'
import type { FeedPush } from './pipeline-feed'

export type Letter = FeedPush | 'reset' | 'left'

/** What a viewer has not taken yet: at most the newest of each point, however slow it reads. */
export class Mailbox {
  private push: FeedPush | null = null
  private isReset = false
  private error: AppError | null = null
  private wake = (): void => undefined

  constructor(private readonly signal: AbortSignal | undefined) {}

  put(push: FeedPush): void {
    this.push = this.push === null ? push : newestOf(this.push, push)
    this.wake()
  }

  reset(): void {
    this.isReset = true
    this.wake()
  }

  fail(error: AppError): void {
    this.error = error
    this.wake()
  }

  async take(): Promise<Letter> {
    const stop = () => {
      this.wake()
    }
    this.signal?.addEventListener('abort', stop)
    try {
      for (;;) {
        if (this.signal?.aborted) return 'left'
        if (this.error) throw this.error
        if (this.isReset) {
          this.isReset = false
          this.push = null
          return 'reset'
        }
        if (this.push) {
          const { push } = this
          this.push = null
          return push
        }
        await new Promise<void>((resolve) => (this.wake = resolve))
      }
    } finally {
      this.signal?.removeEventListener('abort', stop)
    }
  }
}

function newestOf(before: FeedPush, push: FeedPush): FeedPush {
  const points = new Map([...before.points, ...push.points].map((point) => [point.windowStart, point]))
  return { ...push, points: [...points.values()] }
}
