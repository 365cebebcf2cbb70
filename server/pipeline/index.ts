export type {
  Definition,
  EventBatch,
  Expression,
  FieldType,
  Instant,
  Measure,
  MeasureValue,
  Node,
  NumberType,
  Problem,
  StoredCell,
} from './types'
export {
  batchKeysFactor,
  keysPerWindowOf,
  parseDefinition,
  schemaSubjectOf,
  type ParsedDefinition,
  type ParseDefinitionOptions,
} from './definition'
export { formatDefinition } from './definition-format'
export { computeHash } from './definition-hash'
export { parseDuration } from './definition-duration'
export { backfillBytesPerDay } from './definition-quota'
export { compileExpression, type CompiledExpression } from './expression/compile'
export { fieldTypesOf, type DeclaredType, type FieldTypes } from './expression/field-types'
export { parseExpression, type ParsedExpression, type ParseExpressionOptions } from './expression/parse'
export { type SqlRelation } from './expression/sql-fields'
export { accText, answer, estimatedCell, mergeCells, mergeKeys, type CellShape } from './cell'
export type { FoldCounters, LongKey } from './compile-fold'
export { MAX_KEY_BYTES } from './measure/operand'
export { DedupeSet, type DedupeOptions } from './dedupe'
export { fingerprint, partitionOf } from './fingerprint'
export {
  compilePipeline,
  fold,
  newPartitionState,
  takeDeltas,
  watermarkOf,
  type CellDelta,
  type CompiledPipeline,
  type PartitionState,
} from './fold'
export {
  attributionSteps,
  eventCountsSql,
  firstSeqsSql,
  stepsSql,
  unlikeEventsSql,
  type AttributedCell,
  type AttributionStep,
  type EventCounts,
  type FirstSeqsScope,
} from './attribution-sql'
export {
  cellColumnsSql,
  decisionsSql,
  logStart,
  REDRIVE_ATTRIBUTE,
  rememberedSeqSql,
  type DecisionScope,
  type SpeedStart,
  type UnreadStretch,
} from './decisions-sql'
export { recomputeSql, repeatsSql, type RecomputeScope, type RepeatsScope } from './compile-sql'
export { versionCellReader, type VersionCell } from './version-cell'
export {
  type ReferenceCell,
  type ReferenceCells,
  type ReferenceEvent,
  type ReferenceSpeed,
} from './reference'
