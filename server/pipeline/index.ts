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
export { compileExpression, RowSource, type CompiledExpression, type RowColumns } from './expression/compile'
export { fieldTypesOf, type DeclaredType, type FieldTypes } from './expression/field-types'
export { fieldsOf, type FieldUse } from './expression/fields'
export { interpret, type ExpressionEvent } from './expression/interpret'
export { parseExpression, type ParsedExpression, type ParseExpressionOptions } from './expression/parse'
export { expressionRuntime, type ExpressionRuntime } from './expression/runtime'
