import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pidOf, type Part } from '../product/processes'
import { exact, openCampaign, type Campaign } from './campaign'
import { kill } from './nemesis'
import { report, seedOf } from './report'
import { becomesHealthy } from './storm'

const seed = seedOf()
const isLinux = process.platform === 'linux'
if (!isLinux) console.log('skipped: the limits of another process are set by prlimit, on Linux')
const starvedMs = 20_000
/** More than the web process is left, its own reserve included. */
const connections = 300

describe.skipIf(!isLinux)('file descriptors that run out', () => {
  let campaign: Campaign
  beforeAll(async () => {
    campaign = await openCampaign({ seed })
    await campaign.flows()
  })
  afterAll(async () => {
    await campaign[Symbol.asyncDispose]()
  })

  it('of the web process: who comes is told to come back, and it recovers', async () => {
    const pid = await pidOf(campaign.product, 'web')
    const restore = limitFiles(pid, 150)
    const sockets: Socket[] = []
    const answers = new Map<string, number>()
    try {
      // Its limit is looked at every second.
      await pause(2_500)
      const { hostname, port } = new URL(campaign.product.url)
      for (let i = 0; i < connections; i++) {
        const socket = connect(Number(port), hostname)
        socket.on('error', () => undefined)
        socket.on('data', (data: Buffer) => {
          const [line = '', ...headers] = data.toString().split('\r\n')
          if (!line.startsWith('HTTP/')) return
          const status = line.split(' ')[1] ?? ''
          const says = headers.some((header) => /^retry-after: \d+$/i.test(header)) ? ', come back later' : ''
          answers.set(status + says, (answers.get(status + says) ?? 0) + 1)
        })
        socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n')
        sockets.push(socket)
        await pause(10)
      }
      await pause(3_000)
      expect(await pidOf(campaign.product, 'web')).toBe(pid)
    } finally {
      for (const socket of sockets) socket.destroy()
      restore()
    }
    const took = await becomesHealthy(campaign.product, campaign.producer)
    const told = [...answers].map(([answer, n]) => `${answer} × ${n}`).join('; ')
    console.log(`no file descriptors in web: ${told}; healthy ${took} ms after`)
    expect(answers.get('200')).toBeGreaterThan(0)
    expect(answers.get('503, come back later')).toBeGreaterThan(0)
    expect(await pidOf(campaign.product, 'web')).toBe(pid)
  })

  it('of the workers, with their log started anew: they go on when there are some', async () => {
    const parts: Part[] = ['speed', 'archive', 'batch']
    const pids = await Promise.all(parts.map((part) => pidOf(campaign.product, part)))
    const restores = pids.map((pid) => limitFiles(pid, 0))
    try {
      await kill(campaign.product, 'nats-server')
      await pause(starvedMs)
    } finally {
      for (const restore of restores) restore()
    }
    const took = await becomesHealthy(campaign.product, campaign.producer)
    const after = await Promise.all(parts.map((part) => pidOf(campaign.product, part).catch(() => 0)))
    const ended = parts.filter((_, i) => after[i] !== pids[i])
    console.log(
      `no file descriptors in workers: healthy ${took} ms after; ended meanwhile: ${ended.join(', ') || 'none'}`,
    )
  })

  it('[law 7] leaves every place exact', async () => {
    const { verdict } = await campaign.verdict()
    report({
      seed,
      file: 'e2e/faults/file-descriptors.ftest.ts',
      project: 'faults',
      tally: { kills: { 'nats-server': 1 }, stops: 0 },
      verdict,
    })
    expect(verdict).toMatchObject(exact)
  })
})

/** Leaves a process so many more than it has open; to what gives it back its own limit. */
function limitFiles(pid: number, more: number): () => void {
  const open = readdirSync(`/proc/${pid}/fd`).length
  const set = (soft: string) => execFileSync('prlimit', ['--pid', String(pid), `--nofile=${soft}:`])
  const [before = '1024'] = execFileSync('prlimit', [
    '--pid',
    String(pid),
    '--nofile',
    '--raw',
    '--noheadings',
    '-o',
    'SOFT',
  ])
    .toString()
    .trim()
    .split(/\s+/)
  set(String(open + more))
  return () => {
    try {
      set(before)
    } catch {
      // It has ended meanwhile; the next one has its own.
    }
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
