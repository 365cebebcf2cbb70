import { judgeDisk, usedShare, type DiskUse } from '../../log'
import type { Health } from '../model'

const healthOf = { ok: 'ok', warn: 'warn', alert: 'warn', full: 'bad' } as const

/** The fullest disk stands for all. */
export function judgeDisks(disks: readonly DiskUse[]): { health: Health; says: string } {
  const [fullest] = [...disks].sort((a, b) => rank(b) - rank(a) || usedShare(b) - usedShare(a))
  if (fullest === undefined) return { health: 'ok', says: 'none is on a machine that tells of it' }
  const left = `${gib(fullest.freeBytes)} GiB left of ${gib(fullest.totalBytes)} for the ${fullest.part}`
  const level = judgeDisk(fullest)
  return {
    health: healthOf[level],
    says: level === 'full' ? `${left}: events are refused until there is room` : left,
  }
}

const ranks = { ok: 0, warn: 1, alert: 2, full: 3 }
const rank = (disk: DiskUse) => ranks[judgeDisk(disk)]
const gib = (bytes: number) => (bytes / 1024 ** 3).toFixed(1)
