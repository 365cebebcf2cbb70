import { checks, runChecks } from './prepare/checks.mjs'
import { prepareTools } from './prepare/index.mjs'
import { main } from './prepare/run.mjs'

// npm run verify: what can be known without a service or a browser, in under a minute.
await main(async () => {
  await prepareTools()
  const unit = {
    title: 'unit tests (vitest)',
    args: ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit'],
  }
  const { passed, failed } = await runChecks([...checks.slice(0, 1), unit, ...checks.slice(1)])
  console.log(`${passed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
})
