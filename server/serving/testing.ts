export { everything, filled, freshName, readAll, requestOf, shown } from './testing/fixture'
export { History, origin, testDefinition, windowMs, type TestEvent } from './testing/history'
export { expectedCells, measuresOf, type ExpectedCell } from './testing/oracle'
