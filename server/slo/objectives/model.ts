import type { PoolClient } from '../../clients'
import type {
  BudgetCorrectionView,
  BudgetPoint,
  ObjectiveSpec,
  ObjectiveState,
  ObjectiveView,
} from '../model'

/** Puts an entry into the audit trail, in the transaction of what it tells. */
export type Trail = (
  client: PoolClient,
  entry: { actor: string; action: string; object: string; detail: Record<string, unknown> },
) => Promise<void>

/** When one of the alert's pairs would have fired, half-open. */
export interface WouldFire {
  pair: ObjectiveState['burns'][number]['pair']
  severity: 'page' | 'ticket'
  from: number
  to: number
}

/** What an objective would have shown, had it been in force. */
export interface ObjectivePreview {
  /** `exact`: counted at this threshold; `estimate`: from the distribution kept of each minute; `none`: no history. */
  basis: 'exact' | 'estimate' | 'none'
  /** What the figures rest on, and what they cannot say. */
  says: string
  /** Start of the history there is; null: none. */
  from: number | null
  to: number
  state: ObjectiveState
  graph: BudgetPoint[]
  wouldFire: WouldFire[]
}

/** What an import of OpenSLO documents made, or would make. */
export interface OpenSloImport {
  dryRun: boolean
  objectives: {
    id: string
    title: string
    change: 'created' | 'changed' | 'unchanged'
    view: ObjectiveSpec
  }[]
  /** Documents that are valid and bring nothing to keep here, such as a DataSource: kind and name. */
  skipped: string[]
}

export interface ObjectiveList {
  at: number
  objectives: ObjectiveView[]
}

export type NewCorrection = Omit<BudgetCorrectionView, 'id' | 'actor' | 'createdAt'>
