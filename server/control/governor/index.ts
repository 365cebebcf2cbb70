export { openGovernor } from './governor'
