import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.resolve(
  import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
  '../..',
)
const heartbeatMs = 10_000

/** Runs a command, quietly; resolves to its exit code and output. */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const { env, timeoutMs, ...rest } = options
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...rest,
      env: { ...process.env, ...env },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
    child.once('error', (error) => resolve({ code: 127, output: `${output}${error.message}\n` }))
    const killer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    child.once('close', (code) => {
      clearTimeout(killer)
      if (code === null)
        output += `\nended by a signal${timeoutMs === undefined ? '' : `, or after ${timeoutMs / 1000} s`}\n`
      resolve({ code: code ?? 1, output })
    })
  })
}

/** Runs a step that takes a while: one line when it begins, one now and then, one when it ends. Throws its output. */
export async function step(title, command, args, options = {}) {
  const startedAt = Date.now()
  const seconds = () => Math.round((Date.now() - startedAt) / 1000)
  console.log(`${title} …`)
  const heartbeat = setInterval(() => console.log(`${title} … ${seconds()} s`), heartbeatMs)
  const { code, output } = await capture(command, args, options)
  clearInterval(heartbeat)
  if (code === 0) {
    console.log(`${title}: done in ${seconds()} s`)
    return output
  }
  const log = path.join(root, '.cache', 'prepare.log')
  mkdirSync(path.dirname(log), { recursive: true })
  writeFileSync(log, output)
  throw new StepError(
    `${title} failed (exit code ${code}):\n${output.trimEnd().split('\n').slice(-40).join('\n')}\nAll of its output is in ${log}.`,
  )
}

export class StepError extends Error {}

/** The main of a script: what fails is said in a line or two, not in a stack. */
export async function main(fn) {
  try {
    await fn()
  } catch (error) {
    console.error(error instanceof StepError ? error.message : error)
    process.exitCode = 1
  }
}
