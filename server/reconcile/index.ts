export { causes, histogramEdges, type Cause, type DivergenceState } from './divergence-words'
export { type GridSort } from './divergence-grid-store'
export {
  divergenceLimit,
  readDivergence,
  totalDivergence,
  valueOf as divergenceValue,
  type DivergenceTarget,
  type DivergenceTotals,
  type DivergingCell,
} from './read-divergence'
export {
  readDivergenceGrid,
  readPipelinesGrid,
  type DivergenceGrid,
  type PipelineRow,
  type PipelinesGrid,
} from './read-divergence-grid'
export {
  readCauses,
  readHistogram,
  readOffenders,
  summariseDivergence,
  type CauseBreakdown,
  type DivergenceHistogram,
  type DivergenceSummary,
  type Offender,
} from './summarise-divergence'
export { compareStaged } from './compare-staged'
export type {
  AttributionEngine,
  CompareDeps,
  ComparedArchive,
  CompareRequest,
  ComparisonSummary,
  DecidedEvents,
  MeasureComparison,
} from './comparison'
export { runCorrectionsRelay } from './corrections-relay'
export {
  divergenceDiff,
  type DiffCell,
  type DiffLimits,
  type DiffWindow,
  type PreviewDiff,
} from './divergence-diff'
export { forgetDivergence } from './forget-divergence'
export { recordCorrections, type CorrectionsRequest } from './record-corrections'
