import { readFileSync } from 'node:fs'

const lookMs = 500

/**
 * Ends this process as SIGTERM does when the npm that started it is gone. npm runs a script in a shell, which dies of
 * a signal without passing it on: told to stop, npm would leave everything running.
 */
export function followNpm() {
  if (process.env.npm_command === undefined) return
  const before = ancestors()
  const timer = setInterval(() => {
    if (ancestors() === before) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, lookMs)
  timer.unref()
}

/** The parent and, where the system tells, the parent's parent: the shell and npm. */
const ancestors = () => `${process.ppid} ${parentOf(process.ppid)}`

function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
  } catch {
    return ''
  }
}
