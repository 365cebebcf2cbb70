export { causes, type Cause, type DivergenceState } from './divergence-words'
export { type GridSort } from './divergence-grid-store'
export {
  divergenceLimit,
  readDivergence,
  totalDivergence,
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
