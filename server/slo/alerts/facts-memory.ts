import type { ArchiveFact, PipelineFact, PipelineStatusFact, QualityFact } from './facts'
import type { CounterRow } from './facts-store'

const minuteMs = 60_000
const qualityMs = 5 * minuteMs
const growthMs = 2 * minuteMs
/** Of history that is folded again nothing is said: only of events logged lately. */
const lateLogMs = 10 * minuteMs

interface Sample extends CounterRow {
  at: number
}

/** What one look at counters and positions cannot tell: how they moved. Kept by the process that evaluates. */
export class FactsMemory {
  private counters = new Map<string, Sample[]>()
  private waiting = new Map<string, { at: number; waiting: number }[]>()
  private archived: { seq: number; since: number } | null = null

  quality(rows: readonly CounterRow[], now: number): QualityFact[] {
    const next = new Map<string, Sample[]>()
    const facts = rows.flatMap((row) => {
      const id = `${row.pipeline} ${row.computeId}`
      const isFresh = row.logTime !== null && now - row.logTime < lateLogMs
      const kept = (this.counters.get(id) ?? []).filter(({ at }) => now - at <= qualityMs)
      // One that catches up begins anew when it has; so does one whose counters were put back.
      const known = isFresh && (kept.at(-1)?.events ?? 0) <= row.events ? kept : []
      next.set(id, isFresh ? [...known, { ...row, at: now }] : [])
      const [first] = known
      if (!first) return []
      return [
        {
          pipeline: row.pipeline,
          eventType: row.eventType,
          events: row.events - first.events,
          duplicates: row.duplicates - first.duplicates,
          late: row.late - first.late,
          minutes: Math.max(1, Math.round((now - first.at) / minuteMs)),
        },
      ]
    })
    this.counters = next
    return facts
  }

  pipelines(rows: readonly PipelineStatusFact[], now: number): PipelineFact[] {
    const next = new Map<string, { at: number; waiting: number }[]>()
    const facts = rows.map((row) => {
      const known = this.waiting.get(row.pipeline) ?? []
      // Samples of two minutes, and the newest before them to compare with.
      const from = known.findLastIndex(({ at }) => now - at >= growthMs)
      const kept = from < 0 ? known : known.slice(from)
      next.set(row.pipeline, [...kept, { at: now, waiting: row.waiting }])
      const [first] = kept
      const growth = first && now - first.at >= growthMs ? row.waiting - first.waiting : null
      return { ...row, growth }
    })
    this.waiting = next
    return facts
  }

  archive(
    { seq, lastSeq, retention }: { seq: number; lastSeq: number; retention: ArchiveFact['retention'] },
    now: number,
  ): ArchiveFact {
    if (this.archived?.seq !== seq || seq >= lastSeq) this.archived = { seq, since: now }
    return {
      lagMessages: Math.max(0, lastSeq - seq),
      stalledSince: seq < lastSeq ? this.archived.since : null,
      retention,
    }
  }
}
