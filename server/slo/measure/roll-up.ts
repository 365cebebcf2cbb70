import type { Pool } from '../../clients'
import type { Sli } from '../model'
import { hourMs, hourOf, minuteMs } from './minute'
import { sliceKind, type HourSlices, type SliMinuteRow } from './sli'
import {
  readRollUpMark,
  readSliMinutes,
  selectChangedHours,
  selectSliceKinds,
  writeHours,
  writeRollUpMark,
  type WrittenHour,
} from './sli-store'
import { sumMinutes, sumSlices } from './sum-minutes'

/** An hour is added up once every process has had the time to write its last minute. */
const graceMs = 2 * minuteMs
/** A write may become visible so long after the instant that it says it is known at. */
const overlapMs = 180_000
const slisAtOnce = 500

interface SliceKind {
  minutes: number
  target: number
}

/** Adds up the minutes of closed hours of which one became known since the last time. Resolves to hours written. */
export async function rollUpHours(pool: Pool, now: number): Promise<number> {
  const mark = await readRollUpMark(pool)
  const closed = Math.max(mark.upTo, hourOf(now - graceMs))
  const { now: knownAt, changed } = await selectChangedHours(pool, {
    knownAt: mark.knownAt - overlapMs,
    from: mark.upTo,
    to: closed,
  })
  const kinds = await kindsBySli(pool)
  const byHour = grouped(changed, ({ hour }) => hour)
  let written = 0
  for (const [hour, slis] of byHour) {
    for (let from = 0; from < slis.length; from += slisAtOnce) {
      const some = slis.slice(from, from + slisAtOnce)
      const minutes = await readSliMinutes(pool, some, { from: hour, to: hour + hourMs })
      const bySli = grouped(minutes, nameOf)
      const hours = some.map((sli) =>
        sumHour(sli, bySli.get(nameOf(sli)) ?? [], kinds.get(nameOf(sli)) ?? []),
      )
      await writeHours(pool, hours)
      written += hours.length
    }
  }
  await writeRollUpMark(pool, { upTo: closed, knownAt })
  return written
}

function sumHour(
  { pipeline, indicator, threshold, hour }: Sli & { hour: number },
  minutes: readonly SliMinuteRow[],
  kinds: readonly SliceKind[],
): WrittenHour {
  const { then, now, probe } = sumMinutes(minutes)
  const by: HourSlices['by'] = {}
  for (const kind of kinds) by[sliceKind(kind)] = sumSlices(minutes, kind)
  return { pipeline, indicator, threshold, hour, then, now, slices: { probe, by } }
}

async function kindsBySli(pool: Pool): Promise<Map<string, SliceKind[]>> {
  return grouped(await selectSliceKinds(pool), nameOf)
}

const nameOf = ({ pipeline, indicator, threshold }: Sli): string => `${threshold}\n${indicator}\n${pipeline}`

function grouped<K, T>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}
