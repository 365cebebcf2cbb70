import { spawn } from 'node:child_process'
import { prepare } from './prepare/index.mjs'
import { main, root } from './prepare/run.mjs'

// npm run test:faults [-- name of a file, -t …]: faults on the built product. SEED=<n> replays a run, SECONDS=<n>
// makes the storms longer or shorter.
await main(async () => {
  await prepare()
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'faults', ...process.argv.slice(2)]
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
  process.exitCode = await new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)))
})
