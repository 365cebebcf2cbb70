import { followNpm } from './prepare/follow-npm.mjs'
import { prepare } from './prepare/index.mjs'
import { launch } from './prepare/launch.mjs'
import { main } from './prepare/run.mjs'

// npm start [-- options]: installs and builds what is missing, then runs everything. Plain JavaScript without
// packages: on a fresh clone there are none.
await main(async () => {
  followNpm()
  await prepare()
  await launch(['start', ...process.argv.slice(2)])
})
