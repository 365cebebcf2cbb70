import { Random } from '../../server/platform'

interface ViewerOptions {
  url: string
  token: string
  pipeline: string
  range: { from: number; to: number }
  seed: number
}

/** A live view as a browser holds it: it comes back where it was, by the id of the last message it read. */
export interface Viewer {
  /** How often it was connected. */
  readonly connects: number
  /** Events that its windows show together. */
  readonly events: number
  /** What its last attempt ended by. */
  readonly last: string
  close(): void
}

interface Point {
  windowStart: number
  merged: { n: number | null }
}

interface Message {
  kind: 'snapshot' | 'points'
  series?: { points: Point[] }
  points?: Point[]
}

/** What a browser waits before it connects again, about. */
const againMs = 1_000

export function openViewer({ url, token, pipeline, range, seed }: ViewerOptions): Viewer {
  const leaving = new AbortController()
  const random = new Random(seed)
  const shown = new Map<number, number>()
  let lastEventId: string | null = null
  let connects = 0
  let last = 'not yet connected'
  const input = encodeURIComponent(JSON.stringify({ json: { name: pipeline, range, maxPoints: 600 } }))

  const take = (block: string) => {
    const id = /^id: (.*)$/m.exec(block)?.[1]
    const data = /^data: (\{"json".*)$/m.exec(block)?.[1]
    if (id !== undefined) lastEventId = id
    if (data === undefined) return
    const { json } = JSON.parse(data) as { json: Message }
    if (json.kind === 'snapshot') shown.clear()
    for (const { windowStart, merged } of json.series?.points ?? json.points ?? [])
      shown.set(windowStart, merged.n ?? 0)
  }
  const connect = async () => {
    const response = await fetch(`${url}/api/trpc/live.pipeline?input=${input}`, {
      signal: leaving.signal,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'text/event-stream',
        ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
      },
    })
    if (response.status !== 200 || response.body === null)
      throw new Error(`${response.status} ${(await response.text()).slice(0, 200)}`)
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let isCounted = false
    let text = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      if (!isCounted) connects++
      isCounted = true
      text += value
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        take(text.slice(0, end))
        text = text.slice(end + 2)
      }
    }
  }
  const run = async () => {
    while (!leaving.signal.aborted) {
      last = await connect().then(
        () => 'ended',
        (error: unknown) => String(error),
      )
      await new Promise((resolve) => setTimeout(resolve, againMs * (0.5 + random.next())))
    }
  }
  void run()
  return {
    get connects() {
      return connects
    },
    get events() {
      return [...shown.values()].reduce((sum, n) => sum + n, 0)
    },
    get last() {
      return last
    },
    close() {
      leaving.abort()
    },
  }
}
