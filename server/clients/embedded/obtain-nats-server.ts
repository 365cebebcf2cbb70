import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { newId } from '../../platform'

const run = promisify(execFile)
const timeoutMs = 180_000
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
/** The first Debian release whose nats-server (2.10) can sync every write; its binary is static and runs on older ones. */
const release = 'trixie'

/**
 * Gets nats-server from Debian's package manager into `cacheDir`, without root and without touching the system: apt
 * works on lists and caches of its own, with the system's mirror, proxy and keys. Resolves to the binary's path.
 */
export async function obtainNatsServer(cacheDir: string): Promise<string> {
  if (!existsSync('/usr/bin/apt-get'))
    throw new Error('it is not installed, and this system has no apt-get to get it from')
  const work = path.join(cacheDir, newId())
  mkdirSync(work, { recursive: true })
  try {
    const reasons: string[] = []
    for (const sources of [debianSources(work), []]) {
      if (sources === null) continue
      try {
        return await download(work, sources, path.join(cacheDir, 'nats-server'))
      } catch (error) {
        reasons.push(lastLine(error))
      }
    }
    throw new Error(`it is not installed, and apt-get could not download it (${reasons.join('; ')})`)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

async function download(work: string, sources: string[], target: string): Promise<string> {
  const state = path.join(work, newId())
  for (const folder of ['lists/partial', 'cache/archives/partial', 'out']) {
    mkdirSync(path.join(state, folder), { recursive: true })
  }
  const options = [
    `Dir::State::lists=${state}/lists`,
    `Dir::Cache=${state}/cache`,
    'APT::Sandbox::User=', // as root, apt would drop to a user who may not write here
    'Acquire::Languages=none',
    'Acquire::Retries=2',
    ...sources,
  ].flatMap((option) => ['-o', option])
  const cwd = path.join(state, 'out')
  await run('apt-get', [...options, '-qq', 'update'], { timeout: timeoutMs })
  await run('apt-get', [...options, '-qq', 'download', 'nats-server'], { cwd, timeout: timeoutMs })
  const archive = readdirSync(cwd).find((file) => file.endsWith('.deb'))
  if (archive === undefined) throw new Error('apt-get downloaded nothing')
  await run('dpkg-deb', ['-x', path.join(cwd, archive), path.join(cwd, 'x')])
  const binary = path.join(cwd, 'x', 'usr', 'sbin', 'nats-server')
  chmodSync(binary, 0o755)
  renameSync(binary, target) // same folder tree, so atomic: two starts at once both end with a whole file
  return target
}

/** Options that make apt see only the Debian release wanted, or null where Debian's keys are missing. */
function debianSources(work: string): string[] | null {
  if (!existsSync(keyring)) return null
  const list = path.join(work, 'sources.list')
  writeFileSync(list, `deb [signed-by=${keyring}] ${debianMirror(systemSources())} ${release} main\n`)
  return [`Dir::Etc::sourcelist=${list}`, 'Dir::Etc::sourceparts=-']
}

/** The mirror the system itself uses: the first address of its sources that ends in /debian. */
export function debianMirror(sources: string): string {
  return (
    /^(?!\s*#).*?\b(https?:\/\/\S+?\/debian)\/?(?=\s|$)/m.exec(sources)?.[1] ?? 'http://deb.debian.org/debian'
  )
}

function systemSources(): string {
  const parts = '/etc/apt/sources.list.d'
  const files = existsSync(parts) ? readdirSync(parts).map((file) => path.join(parts, file)) : []
  return ['/etc/apt/sources.list', ...files]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string }
  return (stderr?.trim() || message).split('\n').at(-1) ?? message
}
