import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openNats } from '../../clients'
import { wireConsole, type Console } from '../../control'
import { hourStart, pipelineWithHistory } from '../../control/testing'
import { systemClock } from '../../platform'
import type { History } from '../../serving/testing/history'
import { apiToken, startTestApi, type TestApi } from '../testing'
import { handleTrpc } from '../trpc/handler'
import type { LiveMessage } from '../trpc/shapes'

let api: TestApi
let history: History
const name = 'viewed'
const at = hourStart + 1_000
const windowStart = Math.floor(at / 10_000) * 10_000

beforeAll(async () => {
  api = await startTestApi()
  history = await pipelineWithHistory(api.services.pool, name, {
    lateness: { outOfOrderMs: 3_000, allowedMs: 5_000, beyond: 'include' },
  })
})
afterAll(() => api[Symbol.asyncDispose]())

interface Seen {
  id: string
  message: LiveMessage
}

/** A viewer over the wire, as a browser is: it gets what it reads, and no more than that is written ahead of it. */
async function view(console: Console, lastEventId?: string) {
  const input = { name, range: { from: hourStart, to: hourStart + 3_600_000 }, maxPoints: 600 }
  const leaving = new AbortController()
  const response = await handleTrpc(
    new Request(
      `http://localhost:3000/api/trpc/live.pipeline?input=${encodeURIComponent(JSON.stringify({ json: input }))}`,
      {
        signal: leaving.signal,
        headers: {
          authorization: `Bearer ${apiToken}`,
          accept: 'text/event-stream',
          ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
        },
      },
    ),
    () => Promise.resolve(console),
  )
  if (!response.body) throw new Error(`the viewer was answered with ${response.status}`)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    async next(): Promise<Seen> {
      for (;;) {
        const end = text.indexOf('\n\n')
        if (end >= 0) {
          const block = text.slice(0, end)
          text = text.slice(end + 2)
          const data = /^data: (\{"json".*)$/m.exec(block)?.[1]
          if (data === undefined) continue
          return {
            id: /^id: (.*)$/m.exec(block)?.[1] ?? '',
            message: (JSON.parse(data) as { json: LiveMessage }).json,
          }
        }
        const { done, value } = await reader.read()
        if (done) throw new Error('the stream ended')
        text += value
      }
    },
    /** Reads on until the window shows so many trips; how many messages with points that took. */
    async until(trips: number): Promise<number> {
      for (let messages = 0; ;) {
        const { message } = await this.next()
        if (message.kind === 'points' && message.points.length > 0) messages++
        if (tripsOf(message) === trips) return messages
      }
    },
    async close() {
      leaving.abort()
      await reader.cancel().catch(() => undefined)
    },
  }
}

function tripsOf(message: LiveMessage): number | null {
  const points = message.kind === 'snapshot' ? message.series.points : message.points
  const point = points.find((one) => one.windowStart === windowStart)
  return point === undefined ? null : Number(point.merged.trips)
}

/** As the speed worker does: commit, then tell the views stream. */
async function commitEvent() {
  history.append({ partition: 0, id: `v-${history.log.length}`, time: at, key: 'a', miles: 1, fare: '1' })
  await history.catchUp()
  const { nc } = api.services.nats
  nc.publish(`views.${name}`, JSON.stringify({ kind: 'cells', windows: [[windowStart, 'a']] }))
  await nc.flush()
}

describe('viewers over the wire', () => {
  it('[law 11] one that does not read is not written for: it gets the newest of each point when it reads', async () => {
    const commits = 16
    const [quick, slow] = await Promise.all([view(api.console), view(api.console)])
    const [{ message }] = await Promise.all([quick.next(), slow.next()])
    const before = tripsOf(message) ?? 0
    let pushes = 0
    for (let i = 1; i <= commits; i++) {
      await commitEvent()
      pushes += await quick.until(before + i)
    }
    const read = await slow.until(before + commits)
    expect(pushes).toBeGreaterThanOrEqual(commits)
    expect(read).toBeLessThan(commits / 2)
    await Promise.all([quick.close(), slow.close()])
  })

  it('[law 5] one that comes back to another process misses nothing', async () => {
    const first = await view(api.console)
    const { id, message } = await first.next()
    await first.close()
    await commitEvent()
    // Another process: it remembers nothing of what was told before it began.
    const nats = await openNats({ url: api.services.natsUrl, name: 'another' })
    const { env, pool } = api.console
    const another = await wireConsole({ env, pool, nats, clock: systemClock })
    const second = await view(another, id)
    const next = await second.next()
    expect(next.message.kind).toBe('snapshot')
    expect(tripsOf(next.message)).toBe((tripsOf(message) ?? 0) + 1)
    await commitEvent()
    await second.until((tripsOf(message) ?? 0) + 2)
    await second.close()
    another.registry.close()
    await nats.nc.close()
  })
})
