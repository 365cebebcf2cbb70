import type { Instant } from '../pipeline'
import type { VacuumedStretch } from './publication-store'
import { subtract, type Range } from './ranges'

/**
 * What may go without changing any answer that can still be given.
 *
 * 1. A version stays while it answers somewhere, or is among the last `keepVersions` published for some window of its
 *    range, or is being staged, or is staged for a plan or a job that waits (`isHeld`).
 * 2. A bucket stays while some version that stays, over its window, has an earlier cut; and always where no version
 *    answers. So what stays can be published again and is exact.
 * 3. Superseded buckets also stay until their window and their epoch are `overlayMs` old, for the charts that show
 *    the speed layer beside batch.
 * 4. Past the retention of cells, versions and buckets go together: these windows have no answer any more.
 */
export const overlayMs = 48 * 3_600_000
export const abandonedMs = 24 * 3_600_000
/** Stretches remembered; beyond it the oldest neighbours are joined under the later epoch. */
export const maxStretches = 2_000

export interface VacuumVersion extends Range {
  id: number
  epoch: number
  state: 'staging' | 'staged' | 'published'
  /** Somebody may still put it in force: a plan that shows it, or a job that stands still. */
  isHeld?: boolean
  startedAt: Instant
  finishedAt: Instant | null
}

export interface VacuumInput {
  now: Instant
  windowSizeMs: number
  keepVersions: number
  cellsMs: number
  /** Latest published first. */
  versions: readonly VacuumVersion[]
  inForce: readonly (Range & { id: number; versionId: number })[]
  /** Highest epoch that was closed longer ago than `overlayMs`, and than `cellsMs`; −1: none. */
  lastEpoch: { overlay: number; retention: number }
  vacuumed: readonly VacuumedStretch[]
}

export interface VacuumPlan {
  /** Entries of the map past retention: their windows have no answer any more. */
  expire: number[]
  discard: number[]
  vacuumed: VacuumedStretch[]
}

export function planVacuum(input: VacuumInput): VacuumPlan {
  const { now, cellsMs, versions } = input
  const byId = new Map(versions.map((version) => [version.id, version]))
  const oldest = now - cellsMs
  const isExpired = (range: Range, versionId: number) =>
    range.to <= oldest && (byId.get(versionId)?.finishedAt ?? Infinity) <= oldest
  const expired = input.inForce.filter((entry) => isExpired(entry, entry.versionId))
  const inForce = input.inForce.filter((entry) => !expired.includes(entry))
  const discard = versionsToDiscard(input, inForce)
  const kept = versions.filter(({ id }) => !discard.has(id))
  return {
    expire: expired.map(({ id }) => id),
    discard: [...discard],
    vacuumed: joinStretches([
      ...input.vacuumed,
      ...supersededBuckets(input, kept, inForce),
      ...expiredBuckets(input, inForce),
    ]),
  }
}

function versionsToDiscard(input: VacuumInput, inForce: readonly { versionId: number }[]): Set<number> {
  const { now, keepVersions, cellsMs, versions } = input
  const active = new Set(inForce.map(({ versionId }) => versionId))
  const grid = new Grid(versions)
  const newer = grid.array(0)
  const discard = new Set<number>()
  for (const version of versions) {
    if (version.state !== 'published') {
      if (version.isHeld !== true && version.startedAt <= now - abandonedMs) discard.add(version.id)
      continue
    }
    const [first, last] = grid.span(version)
    let fewest = Infinity
    for (let i = first; i < last; i++) {
      fewest = Math.min(fewest, newer[i] ?? 0)
      newer[i] = (newer[i] ?? 0) + 1
    }
    const isOld = version.to <= now - cellsMs && (version.finishedAt ?? now) <= now - cellsMs
    if (!active.has(version.id) && (isOld || fewest >= keepVersions)) discard.add(version.id)
  }
  return discard
}

function supersededBuckets(
  input: VacuumInput,
  kept: readonly VacuumVersion[],
  inForce: readonly Range[],
): VacuumedStretch[] {
  const end = Math.floor((input.now - overlayMs) / input.windowSizeMs) * input.windowSizeMs
  const grid = new Grid([...kept, ...inForce])
  const earliest = grid.array(Infinity)
  for (const version of kept) {
    const [first, last] = grid.span(version)
    for (let i = first; i < last; i++) earliest[i] = Math.min(earliest[i] ?? Infinity, version.epoch)
  }
  const stretches: VacuumedStretch[] = []
  for (const entry of inForce) {
    const [first, last] = grid.span(entry)
    for (let i = first; i < last; i++) {
      const { from, to } = grid.range(i)
      const epoch = Math.min(earliest[i] ?? -1, input.lastEpoch.overlay)
      if (from < end && epoch >= 0 && epoch !== Infinity)
        stretches.push({ from, to: Math.min(to, end), epoch })
    }
  }
  return stretches
}

function expiredBuckets(input: VacuumInput, inForce: readonly Range[]): VacuumedStretch[] {
  const { now, cellsMs, windowSizeMs } = input
  const epoch = input.lastEpoch.retention
  const to = Math.floor((now - cellsMs) / windowSizeMs) * windowSizeMs
  if (epoch < 0) return []
  const staging = input.versions.filter(({ state }) => state !== 'published')
  return subtract({ from: -8_640_000_000_000_000, to }, [...inForce, ...staging]).map((range) => ({
    ...range,
    epoch,
  }))
}

/** Disjoint stretches in order, each with the highest epoch given for it. */
export function joinStretches(stretches: readonly VacuumedStretch[]): VacuumedStretch[] {
  const grid = new Grid(stretches)
  const epochs = grid.array(-1)
  for (const stretch of stretches) {
    const [first, last] = grid.span(stretch)
    for (let i = first; i < last; i++) epochs[i] = Math.max(epochs[i] ?? -1, stretch.epoch)
  }
  const joined: VacuumedStretch[] = []
  epochs.forEach((epoch, i) => {
    const { from, to } = grid.range(i)
    const last = joined.at(-1)
    if (epoch < 0) return
    if (last?.to === from && last.epoch === epoch) last.to = to
    else joined.push({ from, to, epoch })
  })
  return joinOldest(joined)
}

/** Keeps the number of stretches bounded; touching neighbours only, so that no window is named that lost nothing. */
function joinOldest(stretches: VacuumedStretch[]): VacuumedStretch[] {
  let excess = stretches.length - maxStretches
  if (excess <= 0) return stretches
  const joined: VacuumedStretch[] = []
  for (const stretch of stretches) {
    const last = joined.at(-1)
    if (excess > 0 && last?.to === stretch.from) {
      last.to = stretch.to
      last.epoch = Math.max(last.epoch, stretch.epoch)
      excess--
    } else joined.push({ ...stretch })
  }
  return joined
}

/** Cuts time at every end of the given ranges. */
class Grid {
  private readonly ends: number[]
  private readonly index: Map<number, number>

  constructor(ranges: readonly Range[]) {
    this.ends = [...new Set(ranges.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b)
    this.index = new Map(this.ends.map((end, i) => [end, i]))
  }

  array(value: number): number[] {
    return new Array<number>(Math.max(0, this.ends.length - 1)).fill(value)
  }

  /** Pieces [first, last) of a range whose ends were given. */
  span({ from, to }: Range): [first: number, last: number] {
    return [this.index.get(from) ?? 0, this.index.get(to) ?? 0]
  }

  range(i: number): Range {
    return { from: this.ends[i] ?? 0, to: this.ends[i + 1] ?? 0 }
  }
}
