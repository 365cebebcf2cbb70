import { build } from 'esbuild'
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'

/**
 * Compiles the figures and runs them: what is measured is compiled as the product is, without what a
 * loader adds to functions on the fly.
 */
const root = path.resolve(import.meta.dirname, '..')
const outfile = path.join(root, '.cache', `bench-${process.pid}.mjs`)
await build({
  absWorkingDir: root,
  entryPoints: ['bench/run.ts'],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'error',
})
const child = spawn(process.execPath, ['--enable-source-maps', outfile, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
const code = await new Promise<number>((resolve) => {
  child.once('exit', (status) => {
    resolve(status ?? 1)
  })
})
rmSync(outfile, { force: true })
process.exit(code)
