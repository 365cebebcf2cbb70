export { openArchiveReader, type ArchiveReader } from './archive-reader'
export { explain, type ExplainQuery } from './explain-cell'
export { explainEvents, explainEventsLimit, type ExplainEventsQuery } from './explain-events'
export type * from './model'
