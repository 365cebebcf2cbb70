export { TraceBar } from './trace-bar'
