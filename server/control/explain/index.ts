export { explain } from './explain-cell'
export { explainEvents, explainEventsLimit } from './explain-events'
