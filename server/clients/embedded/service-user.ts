import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '../../platform'

export interface ServiceUser {
  uid: number
  gid: number
}

/** The user Postgres runs as: null for ourselves, another one when we are root, which Postgres refuses to be. */
export function serviceUser(): ServiceUser | null {
  if (process.getuid?.() !== 0) return null
  return find('postgres') ?? create('parallax') ?? find('nobody') ?? refuse()
}

function find(name: string): ServiceUser | null {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) }
}

function create(name: string): ServiceUser | null {
  const known = find(name)
  if (known !== null) return known
  try {
    execFileSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', name], {
      stdio: 'ignore',
    })
    return find(name)
  } catch {
    return null
  }
}

function refuse(): never {
  throw new AppError(
    'unavailable',
    'Starting the private Postgres failed: it refuses to run as root and there is no other user to run it as. Create one (useradd --system parallax), or set DATABASE_URL.',
  )
}

/**
 * The command that runs `command` as `user`. Where a folder above is closed to that user (a clone in /root), it keeps
 * the one capability needed to pass through; it is still not root.
 */
export function commandAs(user: ServiceUser | null, command: string, args: string[], dir: string) {
  if (user === null) return { command, args }
  if (canEnter(user, command) && canEnter(user, dir)) return { command, args, ...user }
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((file) => existsSync(file))
  if (setpriv === undefined) {
    throw new AppError(
      'unavailable',
      `Starting the private Postgres failed: as root it runs as another user, who may not enter ${dir} or ${path.dirname(command)}. Move Parallax out of a closed home folder, run it as an ordinary user, or set DATABASE_URL.`,
    )
  }
  const capability = '+dac_override'
  return {
    command: setpriv,
    args: [
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      '--clear-groups',
      // access(), by which Postgres looks for its own binaries, forgets the capability otherwise.
      '--securebits=+no_setuid_fixup',
      `--inh-caps=${capability}`,
      `--ambient-caps=${capability}`,
      command,
      ...args,
    ],
  }
}

function canEnter(user: ServiceUser, target: string): boolean {
  for (let dir = path.dirname(target); ; dir = path.dirname(dir)) {
    const { mode, uid, gid } = statSync(dir)
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (dir === path.dirname(dir)) return true
  }
}
