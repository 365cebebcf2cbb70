#!/usr/bin/env node
import { followNpm } from './prepare/follow-npm.mjs'
import { prepare, prepareCommandLine } from './prepare/index.mjs'
import { launch } from './prepare/launch.mjs'
import { main } from './prepare/run.mjs'

await main(async () => {
  followNpm()
  const args = process.argv.slice(2)
  // Progress must not get between a command and its --json.
  const { log } = console
  if (args[0] !== 'start') console.log = console.error
  await (args[0] === 'start' ? prepare() : prepareCommandLine())
  console.log = log
  await launch(args)
})
