export { AcknowledgeButton } from './acknowledge-button'
export { IncidentScreen } from './incident-screen'
export { IncidentsScreen } from './incidents-screen'
