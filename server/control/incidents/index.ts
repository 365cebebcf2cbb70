export {
  acknowledge,
  escalate,
  note,
  resolve,
  savePostmortem,
  snooze,
  startIncident,
} from './change-incident'
export { getIncident, getPostmortem, listIncidents } from './read-incidents'
