import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('texts as long as an event may be are not remembered: any number of them fits into a small heap', () => {
  const program = `
    import { distinctEntry } from ${JSON.stringify(fileURLToPath(new URL('distinct-hash.ts', import.meta.url)))}
    const seen = new Set()
    for (let i = 0; i < 2_000; i++) seen.add(distinctEntry(Buffer.from('x'.repeat(200_000) + i).toString()))
    console.log(seen.size)`
  const args = ['--max-old-space-size=100', '--import', 'tsx', '--input-type=module', '-e', program]
  // Of entries with 25 bits of hash a few may be the same.
  expect(Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))).toBeGreaterThan(1_990)
})
