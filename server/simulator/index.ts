export { isMutant, mutants, type Mutant } from './mutants'
export { playSchedule, type ScheduleFigures } from './simulate'
