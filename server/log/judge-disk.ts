import type { DiskSpace } from '../platform'

export const diskParts = ['log', 'database', 'archive'] as const
export type DiskPart = (typeof diskParts)[number]

export interface DiskUse extends DiskSpace {
  part: DiskPart
}

export type DiskLevel = 'ok' | 'warn' | 'alert' | 'full'

/** From this share in use on it is shown; from the next on somebody is told. */
const warnShare = 0.8
const alertShare = 0.85
/**
 * With less than this left no event is taken: what is on its way, a merge of segments and a commit of Postgres still
 * fit. A small disk keeps a twentieth.
 */
const reservedBytes = 1024 ** 3
const reservedShare = 0.05

export const usedShare = ({ totalBytes, freeBytes }: DiskSpace): number =>
  totalBytes === 0 ? 0 : 1 - freeBytes / totalBytes

export function judgeDisk(disk: DiskSpace): DiskLevel {
  if (disk.freeBytes < Math.min(reservedBytes, disk.totalBytes * reservedShare)) return 'full'
  const used = usedShare(disk)
  return used >= alertShare ? 'alert' : used >= warnShare ? 'warn' : 'ok'
}
