export { History, origin, testDefinition, windowMs } from './testing/history'
