export { AcknowledgeButton } from './acknowledge-button'
