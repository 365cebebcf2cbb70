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
  parseDefinition,
  schemaSubjectOf,
  type ParsedDefinition,
  type ParseDefinitionOptions,
} from './definition'
export { formatDuration, parseDuration } from './definition-duration'
export { formatDefinition } from './definition-format'
export { computeHash } from './definition-hash'
export { compileExpression, RowSource, type CompiledExpression, type RowColumns } from './expression/compile'
export { fieldTypesOf, type DeclaredType, type FieldTypes } from './expression/field-types'
export { fieldsOf, type FieldUse } from './expression/fields'
export { interpret, type ExpressionEvent } from './expression/interpret'
export { parseExpression, type ParsedExpression, type ParseExpressionOptions } from './expression/parse'
export { expressionRuntime, type ExpressionRuntime } from './expression/runtime'
export { expressionSql } from './expression/sql'
export {
  fieldSql,
  identifier,
  maxShreddedDepth,
  shreddedColumn,
  type SqlRelation,
} from './expression/sql-fields'
export {
  accText,
  answer,
  answerTotals,
  emptyCell,
  mergeCells,
  mergeKeys,
  roundCell,
  type CellShape,
} from './cell'
export type { FoldCounters } from './compile-fold'
export { DedupeSet, MAX_IDENTITIES_PER_GENERATION, type DedupeOptions } from './dedupe'
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
export { windowStartOf } from './window'
export { recomputeSql, type RecomputeScope } from './compile-sql'
export { versionCellReader, type VersionCell } from './version-cell'
export {
  referenceAnswer,
  referenceBatch,
  referenceMerged,
  referenceQuantile,
  referenceSlots,
  referenceSpeed,
  type ReferenceCell,
  type ReferenceCells,
  type ReferenceEvent,
  type ReferenceSpeed,
} from './reference'
