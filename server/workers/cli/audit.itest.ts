import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { inTransaction } from '../../clients'
import { startTestServices, type TestServices } from '../../clients/testing'
import { audit, exportAudit } from '../../control'
import { systemClock } from '../../platform'
import { runCli } from './run-cli'

let services: TestServices
let lines: string[]

beforeAll(async () => {
  services = await startTestServices()
  for (const object of ['a', 'b', 'c'])
    await inTransaction(services.pool, (client) =>
      audit(client, systemClock, { actor: 'ada', action: 'test.do', object, detail: { n: 1 } }),
    )
  const { chunks } = await exportAudit(services, {}, 'ndjson')
  let text = ''
  for await (const chunk of chunks) text += chunk
  lines = text.trimEnd().split('\n')
})
afterAll(() => services.stop())
afterEach(() => vi.restoreAllMocks())

async function verify(given: string[], ...options: string[]): Promise<{ code: number; said: string }> {
  const file = path.join(services.dataDir, 'audit.ndjson')
  writeFileSync(file, `${given.join('\n')}\n`)
  let said = ''
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    said += text
  })
  const code = await runCli(['audit', 'verify', file, '--json', ...options])
  return { code, said }
}

it('an exported file that is whole is said to be so, with exit code 0', async () => {
  const { code, said } = await verify(lines)
  expect(code).toBe(0)
  expect(JSON.parse(said)).toMatchObject({ entries: 3, brokenAt: null, head: { seq: 3 } })
})

it('[law 8] one that was touched ends with exit code 1 and names the first broken entry', async () => {
  const edited = lines.map((line) => line.replace('"object":"b"', '"object":"x"'))
  const { code, said } = await verify(edited)
  expect(code).toBe(1)
  expect(JSON.parse(said)).toMatchObject({ brokenAt: 2, why: 'changed', line: 2 })
})

it('[law 8] one whose newest entries were cut off is found by the head that was noted elsewhere', async () => {
  const head = (JSON.parse(lines[2] ?? '{}') as { hash: string }).hash
  expect((await verify(lines, '--head', head)).code).toBe(0)
  vi.restoreAllMocks()
  const { code, said } = await verify(lines.slice(0, 2), '--head', head)
  expect(code).toBe(1)
  expect(JSON.parse(said)).toMatchObject({ brokenAt: 3, why: 'missing' })
})

it('a file that is not there is named, with what to do', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  expect(await runCli(['audit', 'verify', '/nowhere/audit.ndjson'])).toBe(2)
  expect(error.mock.calls.join()).toContain('Name an exported NDJSON file')
})
