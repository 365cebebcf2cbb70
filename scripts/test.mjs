import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { ensureChromium } from './prepare/chromium.mjs'
import { checks, runChecks } from './prepare/checks.mjs'
import { prepare } from './prepare/index.mjs'
import { main, root } from './prepare/run.mjs'

// npm test: installs what it needs, then static checks, unit and integration tests, and the browser's. The last line
// is "N passed, N failed".
const reports = path.join(root, '.cache', 'reports')
/** The file of e2e/product that causes faults and waits for their alerts. */
const alerting = 'faults'
const total = { passed: 0, failed: 0 }

const add = ({ passed, failed }) => {
  total.passed += passed
  total.failed += failed
}

await main(async () => {
  try {
    await run()
  } catch (error) {
    total.failed++
    throw error
  } finally {
    // After what `main` prints of a failure.
    process.once('exit', () => console.log(`${total.passed} passed, ${total.failed} failed`))
    if (total.failed > 0) process.exitCode = 1
  }
})

async function run() {
  rmSync(reports, { recursive: true, force: true })
  mkdirSync(reports, { recursive: true })
  await prepare()
  const browser = await ensureChromium()
  console.log('\nStatic checks')
  add(await runChecks(checks))
  // The tests of the whole product wait most of the time, for faults to be noticed and mended: others run beside them.
  // Of these only the ones that look at alerts mind a busy machine.
  console.log('\nUnit and integration tests, and the product under kill -9 beside them')
  await both(
    runVitest('unit-integration', ['--project', 'unit', '--project', 'integration']),
    runVitest('product', ['--project', 'product', '--exclude', `**/${alerting}.ptest.ts`]),
  )
  console.log('\nBrowser tests, and the product with its alerts beside them')
  await both(runPlaywright(browser), runVitest('alerts', ['--project', 'product', alerting]))
}

async function both(...runs) {
  for (const result of await Promise.all(runs)) add(result)
}

async function runVitest(name, args) {
  const file = path.join(reports, `vitest-${name}.json`)
  const code = await show([
    'node_modules/vitest/vitest.mjs',
    'run',
    ...args,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ])
  const report = read(file)
  if (report === null) return { passed: 0, failed: 1 }
  // A file that could not be loaded, or an error outside of any test, is a failure without a failed test.
  const failed = report.numFailedTests || (code === 0 ? 0 : 1)
  return { passed: report.numPassedTests, failed }
}

async function runPlaywright(browser) {
  if (!existsSync(path.join(root, 'e2e'))) return { passed: 0, failed: 1 }
  const file = path.join(reports, 'playwright.json')
  const code = await show(['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json'], {
    CHROMIUM_PATH: browser,
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  })
  const stats = read(file)?.stats
  if (!stats) return { passed: 0, failed: 1 }
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky || (code === 0 ? 0 : 1) }
}

/** Runs a tool with its own output shown; resolves to its exit code. */
function show(args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    })
    child.once('error', () => resolve(127))
    child.once('close', (code) => resolve(code ?? 1))
  })
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
