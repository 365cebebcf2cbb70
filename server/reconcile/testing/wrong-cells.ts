import type { Pool } from '../../clients'
import { answer, mergeCells, type MeasureValue, type StoredCell } from '../../pipeline'
import type { Range } from '../../serving'
import { isEqual } from '../compare-cell'
import type { ServedSegment } from '../compare-sql'
import type { KeptDelta, World } from './world'

/**
 * Cells where what the speed layer committed after what answers, together with it, is otherwise than the right fold
 * would have committed: in an answer, or in the late and duplicate events it counts.
 */
export async function wrongCells(
  pool: Pool,
  world: World,
  scope: { range: Range; epoch: number; segments: readonly ServedSegment[] },
): Promise<Set<string>> {
  const wrong = new Set<string>()
  for (const [name, deltas] of world.deltas) {
    const windowStart = Number(name.slice(0, name.indexOf(' ')))
    const key = name.slice(name.indexOf(' ') + 1)
    const segment = scope.segments.find(({ from, to }) => windowStart >= from && windowStart < to)
    if (segment === undefined) continue
    const counted = deltas.filter(
      ({ epoch }) => epoch > (segment.version?.epoch ?? -1) && epoch <= scope.epoch,
    )
    const version = await versionCell(pool, segment.version?.id ?? null, { windowStart, key })
    if (!areAlike(world, version, counted)) wrong.add(name)
  }
  return wrong
}

async function versionCell(
  pool: Pool,
  id: number | null,
  { windowStart, key }: { windowStart: number; key: string },
): Promise<StoredCell | null> {
  if (id === null) return null
  const { rows } = await pool.query<StoredCell>(
    'SELECT acc, sketch FROM version_cell WHERE version_id = $1 AND window_start = $2 AND key = $3',
    [id, windowStart, key],
  )
  return rows[0] ?? null
}

function areAlike(world: World, version: StoredCell | null, deltas: readonly KeptDelta[]): boolean {
  const { compiled } = world
  const sum = (of: (delta: KeptDelta) => number) => deltas.reduce((total, delta) => total + of(delta), 0)
  if (sum(({ stored }) => stored.late) !== sum(({ right }) => right.late)) return false
  if (sum(({ stored }) => stored.duplicate) !== sum(({ right }) => right.duplicate)) return false
  const merged = (of: (delta: KeptDelta) => StoredCell) => {
    const parts = deltas.map(of).filter(({ acc }) => acc[0] !== '0')
    const cell = parts.reduce<StoredCell | null>(
      (all, part) => (all === null ? part : mergeCells(compiled, all, part)),
      version,
    )
    return cell === null ? null : answer(compiled, cell)
  }
  const [stored, right] = [merged((delta) => delta.stored.cell), merged((delta) => delta.right.cell)]
  const text = (value: MeasureValue | undefined) =>
    value === null || value === undefined ? null : String(value)
  return compiled.definition.measures.every((measure) =>
    isEqual(measure, text(stored?.[measure.name]), text(right?.[measure.name])),
  )
}
