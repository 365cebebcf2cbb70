import { rmSync } from 'node:fs'
import path from 'node:path'
import { prepare } from './prepare/index.mjs'
import { launch } from './prepare/launch.mjs'
import { main, root } from './prepare/run.mjs'

// The server of the browser tests: the production build, on services and data of its own, from nothing.
await main(async () => {
  await prepare()
  const dataDir = path.join(root, '.cache', 'e2e')
  rmSync(dataDir, { recursive: true, force: true })
  for (const name of ['DATABASE_URL', 'NATS_URL', 'NATS_CREDS', 'PARALLAX_HOST']) delete process.env[name]
  await launch(['start', '--data-dir', dataDir, '--port', process.argv[2] ?? '', '--feed', 'flights'])
})
