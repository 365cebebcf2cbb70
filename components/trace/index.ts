export { TraceBar } from './trace-bar'
export { TraceScreen } from './trace-screen'
export { TracesScreen } from './traces-screen'
