export { TriageScreen } from './triage-screen'
