import { capture } from './run.mjs'

const timeoutMs = 300_000

const bin = (name) => `node_modules/${name}`

// Each tool remembers what it has seen, by content; on a clean clone, as in CI, there is nothing to remember.
const cache = (tool) => ['--cache', '--cache-strategy=content', `--cache-location=.cache/${tool}`]

/** The static checks, the longest first: no service, no browser. Each is a title and how to run it. */
export const checks = [
  {
    title: 'lint (eslint)',
    args: [bin('eslint/bin/eslint.js'), '--max-warnings=0', ...cache('eslint'), '.'],
  },
  {
    title: 'types (tsc)',
    args: [
      bin('typescript/bin/tsc'),
      '--noEmit',
      '--incremental',
      '--tsBuildInfoFile',
      '.cache/tsc.tsbuildinfo',
    ],
  },
  {
    title: 'format (prettier)',
    args: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', ...cache('prettier'), '.'],
  },
  {
    title: 'rooms (dependency-cruiser)',
    args: [
      bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      ...['--config', '.dependency-cruiser.mjs', '--output-type', 'json'],
      ...['server', 'app', 'components', 'bench', 'e2e'],
    ],
    judge: judgeRooms,
  },
  { title: 'dead code (knip)', args: [bin('knip/bin/knip.js'), '--no-config-hints'] },
]

/** With a compiler it cannot use, dependency-cruiser finds no module and no fault: that is a failure. */
function judgeRooms({ code, output }) {
  try {
    const { summary } = JSON.parse(output.slice(output.indexOf('{')))
    const faults = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
    if (summary.totalCruised < 50) faults.push(`only ${summary.totalCruised} modules were seen`)
    return { code: faults.length > 0 ? 1 : 0, output: faults.join('\n') }
  } catch {
    return { code: code || 1, output }
  }
}

/** Runs one; resolves to whether it passed. */
export async function check({ title, args, judge }) {
  const startedAt = Date.now()
  const raw = await capture(process.execPath, args, { timeoutMs })
  const { code, output } = judge ? judge(raw) : raw
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${title}  ${seconds} s`)
  if (code !== 0) console.log(output.trimEnd())
  return code === 0
}

/** Runs all, two at a time; resolves to how many passed and failed. */
export async function runChecks(list) {
  const waiting = [...list]
  let passed = 0
  let failed = 0
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (await check(next)) passed++
      else failed++
    }
  }
  await Promise.all([lane(), lane()])
  return { passed, failed }
}
