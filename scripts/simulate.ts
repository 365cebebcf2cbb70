import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { ScheduleFigures } from '../server/simulator'

process.env.PARALLAX_LOG_LEVEL ??= 'silent'

/**
 * npm run simulate -- --schedules N --seed S [--mutant x] [--json] [--parallel P]
 *
 * Plays schedules S, S+1, … and stops at nothing; every one at which a law does not hold is told with the line that
 * plays it again. Exit code 1 when there was one, or when a mutant was not found. `--parallel 1` plays all in one thread.
 */
const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    mutant: { type: 'string' },
    parallel: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
    part: { type: 'boolean', default: false },
  },
})

const whole = (name: string, text: string): number => {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  console.error(`--${name} is "${text}", which is not a whole number above 0.`)
  process.exit(2)
}
const schedules = whole('schedules', values.schedules)
const seed = whole('seed', values.seed)
const parallel = Math.min(schedules, whole('parallel', values.parallel))

const { isMutant, mutants, playSchedule } = await import('../server/simulator')
const { mutant = null } = values
if (mutant !== null && !isMutant(mutant)) {
  console.error(`There is no mutant "${mutant}". Choose one of: ${Object.keys(mutants).join(', ')}.`)
  process.exit(2)
}

/** What a part tells: each schedule, and at its end the processor time of its whole process. */
type Told = { played: ScheduleFigures } | { cpuMs: number }

if (values.part) {
  // Lost connections are many and nobody reads where they were made; a schedule played alone shows it.
  if (schedules > 1) Error.stackTraceLimit = 0
  const say = (told: Told) => process.send?.(told)
  for (let at = seed; at < seed + schedules; at++) say({ played: await playSchedule(at, mutant) })
  const { user, system } = process.cpuUsage()
  say({ cpuMs: (user + system) / 1_000 })
  process.disconnect()
} else await playAll()

async function playAll(): Promise<void> {
  const startedAt = performance.now()
  const done: ScheduleFigures[] = []
  let cpuMs = 0
  const each = Math.ceil(schedules / parallel)
  await Promise.all(
    Array.from({ length: parallel }, (_, i) =>
      playPart(seed + i * each, Math.min(each, schedules - i * each), (told) => {
        if ('cpuMs' in told) {
          cpuMs += told.cpuMs
          return
        }
        done.push(told.played)
        if (told.played.violation !== null && mutant === null) tell(told.played)
      }),
    ),
  )
  const seconds = (performance.now() - startedAt) / 1_000
  const bad = done.filter(({ violation }) => violation !== null).sort((a, b) => a.seed - b.seed)
  const sum = (of: (figures: ScheduleFigures) => number) => done.reduce((total, one) => total + of(one), 0)
  const recovered = done.map(({ recoveredMs }) => recoveredMs).sort((a, b) => a - b)
  const at = (share: number) => recovered[Math.floor((recovered.length - 1) * share)] ?? 0
  const figures = {
    schedules: done.length,
    parallel,
    schedulesPerMinute: Math.round((done.length * 60) / seconds),
    cpuMsPerSchedule: Math.round((cpuMs * 100) / done.length) / 100,
    steps: sum(({ steps }) => steps),
    statements: sum(({ statements }) => statements),
    events: sum(({ events }) => events),
    cellsCompared: sum(({ compared }) => compared),
    kills: sum(({ kills }) => kills),
    stops: sum(({ stops }) => stops),
    databaseCrashes: sum(({ crashes }) => crashes),
    violations: bad.length,
    recoveredMs: { p50: at(0.5), p95: at(0.95) },
    ...(mutant !== null && { mutant, foundAfter: bad[0] === undefined ? null : bad[0].seed - seed + 1 }),
  }
  if (values.json) console.log(JSON.stringify(figures))
  else for (const [name, value] of Object.entries(figures)) console.log(`${name}: ${JSON.stringify(value)}`)
  if (mutant !== null && bad[0] !== undefined) tell(bad[0])
  process.exitCode = done.length < schedules || (mutant === null) === bad.length > 0 ? 1 : 0
}

function tell({ seed: at, violation }: ScheduleFigures): void {
  const suffix = mutant === null ? '' : ` --mutant ${mutant}`
  console.error(`${violation ?? ''} | npm run simulate -- --schedules 1 --seed ${at}${suffix}`)
}

/** A process of its own for each part: a schedule is played in one thread, many schedules on all processors. */
function playPart(from: number, count: number, onTold: (told: Told) => void): Promise<void> {
  if (count <= 0) return Promise.resolve()
  const args = ['--part', '--seed', String(from), '--schedules', String(count)]
  // A schedule leaves nothing behind: with room for several, what it made is mostly dropped unread.
  const execArgv = [...process.execArgv, '--max-semi-space-size=64']
  const all = mutant === null ? args : [...args, '--mutant', mutant]
  const child = fork(fileURLToPath(import.meta.url), all, { execArgv })
  child.on('message', (told) => {
    onTold(told as Told)
  })
  return new Promise((resolve) =>
    child.once('exit', () => {
      resolve()
    }),
  )
}
