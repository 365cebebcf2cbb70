import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './run.mjs'

const folder = path.join(root, '.cache', 'prepare.lock')
const pidFile = path.join(folder, 'pid')
const lookMs = 500

/** Runs `fn` while no other process of this clone installs or builds. */
export async function alone(fn) {
  mkdirSync(path.dirname(folder), { recursive: true })
  for (let said = false; !take(); said = true) {
    if (!said) console.log('Another start of this clone is installing or building; waiting for it …')
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
  try {
    return await fn()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function take() {
  try {
    mkdirSync(folder)
    writeFileSync(pidFile, String(process.pid))
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  if (!holderIsGone()) return false
  rmSync(folder, { recursive: true, force: true })
  return false
}

let emptySince = 0

function holderIsGone() {
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0
  if (pid === 0) {
    // Between its two steps, or killed there.
    emptySince ||= Date.now()
    return Date.now() - emptySince > 5_000
  }
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}
