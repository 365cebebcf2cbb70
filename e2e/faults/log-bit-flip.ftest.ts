import { readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openNats } from '../../server/clients'
import { endProcess, natsUrlOf } from '../../server/clients/embedded'
import { until } from '../product/start-product'
import { openCampaign, type Campaign } from './campaign'
import { caughtUp } from './caught-up'
import { eventType, kept, served } from './pipelines'
import { report, seedOf } from './report'
import { openStores, storesOf } from './stores'

const seed = seedOf()

/** Events in the log that nobody has read: of the roles only the console runs. */
interface Unread {
  fromSeq: number
  toSeq: number
  /** One of them, of the events. */
  seq: number
  ids: string[]
  data: Uint8Array
}

interface Alerts {
  groups: { alerts: { rule: string; state: string }[] }[]
}

interface Page {
  partial: { hole: string }[]
}

describe('a bit that flips in a file of the log while it is down', () => {
  let campaign: Campaign
  beforeEach(async () => {
    campaign = await openCampaign({ seed })
    await campaign.flows(1_000)
    await caughtUp(await storesOf(campaign.product))
  })
  afterEach(async () => {
    await campaign[Symbol.asyncDispose]()
  })

  it('takes one message that was not read, and that is said', async () => {
    const unread = await leaveUnread()
    await campaign.product.stop()
    await flip(unread.data)
    await campaign.restart()
    await isSaid({ from: unread.seq, to: unread.seq, layers: ['archive', 'speed'] })
    const lost = await judged('cleanly stopped')
    expect(lost).toBeGreaterThan(0)
    expect(lost).toBeLessThanOrEqual(unread.ids.length)
  })

  it('takes the whole tail of a log that was killed, and that is said', async () => {
    const unread = await leaveUnread()
    // The keeper looks every five seconds at how far the log goes: what came since nobody could miss.
    await new Promise((resolve) => setTimeout(resolve, 12_000))
    process.kill(campaign.product.process.pid ?? 0, 'SIGKILL')
    const pid = Number(await readFile(path.join(campaign.dataDir, 'nats.pid'), 'utf8'))
    await endProcess(pid, 'SIGKILL', 10_000)
    await flip(unread.data)
    await campaign.restart()
    await isSaid({ from: unread.seq, to: unread.toSeq, layers: ['archive', 'speed'] })
    expect(await judged('killed')).toBeGreaterThan(0)
  })

  async function leaveUnread(): Promise<Unread> {
    await campaign.restart({ args: ['--roles', 'web'] })
    const nats = await openNats({ url: natsUrlOf(campaign.dataDir, 'provisioner') ?? '', name: 'bit-flip' })
    const fromSeq = (await nats.jsm.streams.info('EVENTS')).state.last_seq + 1
    await campaign.flows(2_000)
    await campaign.producer.pause()
    const toSeq = (await nats.jsm.streams.info('EVENTS')).state.last_seq
    for (let seq = Math.round((fromSeq + toSeq) / 2); ; seq++) {
      const message = await nats.jsm.streams.getMessage('EVENTS', { seq })
      if (message?.subject.includes(eventType) !== true) continue
      const { id } = JSON.parse(Buffer.from(message.data).toString()) as { id: string[] }
      await nats.close()
      return { fromSeq, toSeq, seq, ids: id, data: message.data }
    }
  }

  async function flip(data: Uint8Array): Promise<void> {
    const dir = path.join(campaign.dataDir, 'nats')
    const files = await readdir(dir, { recursive: true })
    for (const file of files.filter((name) => name.includes('/EVENTS/') && name.endsWith('.blk'))) {
      const bytes = await readFile(path.join(dir, file))
      const at = bytes.indexOf(data)
      if (at < 0) continue
      const middle = at + Math.floor(data.length / 2)
      bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
      await writeFile(path.join(dir, file), bytes)
      return
    }
    throw new Error('the message is in no block of the log')
  }

  async function isSaid(lost: { from: number; to: number; layers: string[] }): Promise<void> {
    await using stores = await openStores(await storesOf(campaign.product))
    for (const layer of lost.layers)
      await until(`${layer} says that it lacks ${lost.from} to ${lost.to}`, 60_000, async () => {
        const { rowCount } = await stores.pool.query(
          'SELECT 1 FROM hole WHERE layer = $1 AND seq_from <= $2 AND seq_to >= $3',
          [layer, lost.from, lost.to],
        )
        return (rowCount ?? 0) > 0
      })
    await until('somebody is told', 90_000, async () => {
      const response = await campaign.product.call('/api/v1/alerts')
      if (response.status !== 200) return false
      const { groups } = (await response.json()) as Alerts
      return groups.some(({ alerts }) =>
        alerts.some(({ rule, state }) => rule === 'events.lost' && state === 'firing'),
      )
    })
    for (const pipeline of [kept, served])
      await until(`${pipeline} is partial`, 90_000, async () => {
        const range = 'from=2025-10-26T00:00:00Z&to=2025-10-26T03:00:00Z&limit=1'
        const response = await campaign.product.call(`/api/v1/pipelines/${pipeline}/values?${range}`)
        if (response.status !== 200) return false
        return ((await response.json()) as Page).partial.length > 0
      })
  }

  /** Everything that the log still holds is counted once, and nothing but what it lost is missing. */
  async function judged(how: string): Promise<number> {
    campaign.producer.resume()
    await campaign.flows()
    const { verdict, ledger } = await campaign.verdict()
    report({
      seed,
      file: 'e2e/faults/log-bit-flip.ftest.ts',
      project: 'faults',
      tally: { kills: {}, stops: 0 },
      verdict,
    })
    console.log(`bit flipped in the log, ${how}: ${verdict.lost} events of the log lost and said`)
    expect(verdict.double).toBe(0)
    expect(verdict.different).toEqual([`log: ${verdict.lost} lost, 0 foreign`])
    expect(ledger.acked.size).toBeGreaterThan(verdict.lost)
    return verdict.lost
  }
})
