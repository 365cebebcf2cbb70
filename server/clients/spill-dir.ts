import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'

/**
 * A folder for one process to spill into: two that share one would write the same names. What processes of this
 * machine left behind when they were killed is removed.
 */
export function spillDir(base: string): string {
  mkdirSync(base, { recursive: true })
  const prefix = `${hostname()}-`
  for (const name of readdirSync(base)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : NaN
    if (Number.isInteger(pid) && pid !== process.pid && !isAlive(pid))
      rmSync(path.join(base, name), { recursive: true, force: true })
  }
  const dir = path.join(base, `${prefix}${process.pid}`)
  mkdirSync(dir, { recursive: true })
  return dir
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
