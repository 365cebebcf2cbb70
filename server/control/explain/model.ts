import type { MeasureValue } from '../../pipeline'
import type { EpochPart, ExplainedCell, VersionPart } from '../../serving'
import type { MeasureInfo } from '../model'

/** In the order the waterfall draws them. */
export const divergenceCauses = [
  'late',
  'hole',
  'schema',
  'invalid',
  'duplicate',
  'approximation',
  'drift',
] as const
export type DivergenceCause = (typeof divergenceCauses)[number]

/** One measure of the cell in a comparison where it differed. Figures are exact decimal text. */
export interface ComparedMeasure {
  measure: string
  /** Null: there was no value. */
  speed: string | null
  batch: string | null
  /** speed − batch, a missing value taken as 0. */
  difference: string
  relative: number
  /** They add up to the difference. */
  causes: Record<DivergenceCause, string>
  mainCause: string
  /** Events behind the causes, by cause. */
  events: Record<string, number>
  state: 'settled' | 'in_flight' | 'partial'
}

/** What was served at a version's cut against what the version found. */
export interface CellComparison {
  version: number
  versionState: 'staging' | 'staged' | 'published' | 'discarded'
  epoch: number
  at: number
  publishedAt: number | null
  /** The plan that waits for a person to publish this version. */
  proposal: { planId: string; createdAt: number } | null
  /** Measures that differed; empty: the cell was equal. */
  measures: ComparedMeasure[]
}

export interface CellCorrection {
  id: number
  kind: 'publish' | 'rollback'
  publication: number
  at: number
  version: number | null
  jobId: string | null
  /** By measure; null: there was no cell. */
  before: Record<string, MeasureValue> | null
  after: Record<string, MeasureValue> | null
  /** Last message on the corrections stream that carries it; null: not sent yet. */
  publishedSeq: number | null
}

/** The version published last for the window, whether it still answers or not. */
export interface LastReconcile {
  version: number
  publishedAt: number
  actor: string
  reason: string | null
  jobId: string | null
  inForce: boolean
}

export interface SchemaInForce {
  subject: string
  /** When the version that answers was counted; null: it had none, or speed alone answers. */
  atCut: number | null
  now: number | null
}

export interface CellExplanation {
  kind: 'cell'
  pipeline: string
  eventType: string
  windowStart: number
  windowEnd: number
  key: string
  at: number
  measures: MeasureInfo[]
  tolerance: number
  /** False: neither layer has counted, deferred or skipped anything of it. */
  exists: boolean
  served: Pick<ExplainedCell, 'measures' | 'events' | 'completeness' | 'hole'>
  publication: number
  version: VersionPart | null
  speed: EpochPart[]
  replaced: EpochPart[]
  speedAtCut: ExplainedCell['speedAtCut']
  partitions: ExplainedCell['partitions']
  holes: ExplainedCell['holes']
  /** As the speed layer counted as it went, over every epoch that is kept. */
  counts: { late: number; duplicate: number; invalid: number }
  /** Newest first. */
  comparisons: CellComparison[]
  lastReconcile: LastReconcile | null
  schemas: SchemaInForce[]
  definition: { version: number; createdAt: number; createdBy: string; reason: string | null }
  /** Newest first. */
  corrections: CellCorrection[]
}

/** A key of a window, to choose from when the figure is a total. */
export interface ExplainedKey {
  key: string
  value: MeasureValue
  share: number | null
  completeness: ExplainedCell['completeness']
}

/** All keys of a window together: what the total is made of. */
export interface TotalExplanation {
  kind: 'total'
  pipeline: string
  windowStart: number
  windowEnd: number
  at: number
  measures: MeasureInfo[]
  /** What the keys are ranked by. */
  measure: string
  completeness: ExplainedCell['completeness'] | null
  hole: string | null
  total: Record<string, MeasureValue>
  /** Greatest first. */
  keys: ExplainedKey[]
  /** How many there are in all. */
  keyCount: number
}

export type Explanation = CellExplanation | TotalExplanation

/** Where an event's share of the figure went. */
export const eventFates = [
  'counted',
  'late',
  'duplicate',
  'missed_duplicate',
  'filtered',
  'unusable_key',
  'hole',
  'unread',
  'quarantined',
] as const
export type EventFate = (typeof eventFates)[number]

export interface ExplainedEvent {
  /** Position in the log; of an event kept in quarantine, in the quarantine stream. */
  seq: number
  index: number
  partition: number
  time: number
  logTime: number
  source: string
  id: string
  /** JSON text, shortened. */
  data: string | null
  dataCut: boolean
  fate: EventFate
  countedBy: 'both' | 'speed' | 'batch' | 'neither'
  /** Part of the figure that is served now. */
  served: boolean
  /** Speed and batch decide differently about it: it explains a difference. */
  differs: boolean
  afterCut: boolean
  reason: string
  /** Position of the first event with the same identity, when this one is not it. */
  duplicateOf: { seq: number; index: number } | null
  /** How far its window was behind the watermark when it arrived; null: not late. */
  lateByMs: number | null
}

export interface ExplainedEvents {
  events: ExplainedEvent[]
  /** Of all pages, as far as was read. */
  counts: {
    all: number
    different: number
    served: number
    both: number
    speed: number
    batch: number
    neither: number
  }
  /** Messages up to here came from the archive, the rest of them from the log. */
  archivedSeq: number
  readSeq: number
  /** Set when the log's tail was longer than may be read at once: events behind `readSeq` are not shown yet. */
  behind: string | null
  nextCursor: string | null
}
