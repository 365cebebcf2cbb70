export { archiveTable } from './testing-archive'
export {
  anyDefinition,
  anyDeliveries,
  batchOf,
  EVENT_TYPE,
  historyOf,
  type History,
} from './testing-histories'
export {
  referenceAnswer,
  referenceBatch,
  referenceSpeed,
  type ReferenceCell,
  type ReferenceCells,
  type ReferenceEvent,
} from './reference'
