import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root, step, StepError } from './run.mjs'

const wanted = [20, 19]

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > wanted[0] || (major === wanted[0] && minor >= wanted[1])) return
  throw new StepError(
    `Parallax needs Node ${wanted.join('.')} or newer (24 is recommended); this is ${process.versions.node}. Install it from https://nodejs.org and run this again.`,
  )
}

/** Brings node_modules to what the lock file says, when it is not. */
export async function ensureInstalled() {
  if (isInstalled()) return
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const shell = process.platform === 'win32'
  const flags = ['ci', '--include=dev', '--no-audit', '--no-fund']
  await step('Installing packages (a minute or two)', npm, flags, { shell })
}

/** Compares the lock file with the record npm keeps of what it installed. */
export function isInstalled() {
  const record = path.join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const locked = read(path.join(root, 'package-lock.json')).packages
  const installed = read(record).packages
  return Object.entries(locked).every(([place, { version, optional, devOptional, link }]) => {
    if (place === '' || link) return true
    const found = installed[place]
    return found === undefined ? Boolean(optional || devOptional) : found.version === version
  })
}

const read = (file) => JSON.parse(readFileSync(file, 'utf8'))
