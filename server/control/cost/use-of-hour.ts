import type { UsageOfHour } from './cost-hour-store'
import type { HourUse } from './price-hour'
import type { StoredPart } from './stored-bytes-store'
import { splitExact, typeOf } from '../../slo'

type Readers = ReadonlyMap<string, readonly string[]>

/** Work on an event type is work for the pipelines that read it, in equal parts; for nobody, where none does. */
function readersOf(readers: Readers, pipeline: string): readonly string[] {
  const type = typeOf(pipeline)
  if (type === null) return [pipeline]
  const names = readers.get(type) ?? []
  return names.length > 0 ? names : ['']
}

/** What an hour's work is priced as, a row for each pipeline and layer; nothing of it is lost in the split. */
export function useOfHour(usage: readonly UsageOfHour[], readers: Readers): HourUse[] {
  const uses = new Map<string, HourUse>()
  for (const { layer, pipeline, cpuUs, bytesRead, events } of usage) {
    const names = readersOf(readers, pipeline)
    const even = names.map(() => 1)
    const cpu = splitExact(cpuUs, even)
    const bytes = splitExact(bytesRead, even)
    const counts = splitExact(events, even)
    for (const [i, name] of names.entries()) {
      const use = uses.get(`${layer}\n${name}`) ?? {
        pipeline: name,
        layer,
        cpuUs: 0,
        bytesScanned: 0,
        bytesIn: 0,
        events: 0,
      }
      uses.set(`${layer}\n${name}`, use)
      use.cpuUs += cpu[i] ?? 0
      // What speed reads of the log is what is processed; what batch and reconcile read of the archive is scanned.
      if (layer === 'speed') {
        use.bytesIn += bytes[i] ?? 0
        use.events += counts[i] ?? 0
      } else use.bytesScanned += bytes[i] ?? 0
    }
  }
  return [...uses.values()]
}

/** Bytes on disk by pipeline, those of an event type in equal parts to who reads it. */
export function storedByPipeline(parts: readonly StoredPart[], readers: Readers): StoredPart[] {
  const stored = new Map<string, number>()
  for (const { pipeline, bytes } of parts) {
    const names = readersOf(readers, pipeline)
    const shares = splitExact(
      bytes,
      names.map(() => 1),
    )
    for (const [i, name] of names.entries()) stored.set(name, (stored.get(name) ?? 0) + (shares[i] ?? 0))
  }
  return [...stored].sort().map(([pipeline, bytes]) => ({ pipeline, bytes }))
}
