export { migrate, schemaDifference } from './migrate'
