export { History, loggedAt, origin, testDefinition, windowMs } from './testing/history'
