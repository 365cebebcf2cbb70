import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import type { LedgerLine } from './ledger'
import { Random } from '../../server/platform'

/**
 * The main of a producer, in a process of its own that nothing else touches: it writes down what it is about to send,
 * sends it until it is answered for, and writes that down; each line is on disk before it goes on.
 */
interface Work {
  urls: string[]
  token: string
  file: string
  name: string
  type: string
  seed: number
  eventsPerSecond: number
  keys: number
  baseMs: number
}

const work = JSON.parse(process.argv[2] ?? '{}') as Work
const random = new Random(work.seed)
const batchSize = 50
const lanes = 6
const patienceMs = 20_000
const file = openSync(work.file, 'a')
let made = 0
let batches = 0
let acked = 0
let ending = false
const startedAt = performance.now()

process.once('SIGTERM', () => {
  ending = true
})
process.once('disconnect', () => process.exit(0))

await Promise.all(Array.from({ length: lanes }, () => lane()))
closeSync(file)
process.exit(0)

async function lane(): Promise<void> {
  while (!ending) {
    const aheadMs = (made / work.eventsPerSecond) * 1_000 - (performance.now() - startedAt)
    if (aheadMs > 0) {
      await pause(Math.min(aheadMs, 200))
      continue
    }
    const batch = ++batches
    const sent = Array.from({ length: batchSize }, () => make())
    note({ batch, sent })
    const body = JSON.stringify(sent.map(cloudEvent))
    if (!(await sendUntilAnswered(body))) return
    note({ acked: batch })
    acked += sent.length
    process.stdout.write(`acked ${String(acked)}\n`)
    // Now and then as if the answer had not come: the very same events again.
    if (random.chance(0.04)) await send(body)
  }
}

function make(): [string, string, number, number] {
  const n = made++
  const late = random.chance(0.08) ? random.below(180_000) : random.below(3_000)
  const key = `k${String(random.below(work.keys))}`
  return [`${work.name}-${String(n)}`, key, work.baseMs + n * 5 - late, random.below(100_000)]
}

function cloudEvent([id, key, timeMs, amount]: [string, string, number, number]) {
  return {
    specversion: '1.0',
    id,
    source: `/faults/${work.name}`,
    type: work.type,
    time: new Date(timeMs).toISOString(),
    data: { key, amount },
  }
}

/** False when the producer was told to end and there is still no answer: those events may be there or not. */
async function sendUntilAnswered(body: string): Promise<boolean> {
  let endedAt: number | null = null
  for (let attempt = 0; ; attempt++) {
    if (await send(body, attempt)) return true
    if (ending) endedAt ??= performance.now()
    if (endedAt !== null && performance.now() - endedAt > patienceMs) return false
    await pause(100)
  }
}

async function send(body: string, attempt = 0): Promise<boolean> {
  const url = work.urls[attempt % work.urls.length] ?? ''
  const response = await fetch(`${url}/api/v1/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${work.token}`,
      'content-type': 'application/cloudevents-batch+json',
    },
    body,
    signal: AbortSignal.timeout(patienceMs),
  }).catch(() => null)
  await response?.arrayBuffer().catch(() => undefined)
  return response?.status === 202
}

function note(line: LedgerLine): void {
  writeSync(file, `${JSON.stringify(line)}\n`)
  fsyncSync(file)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
