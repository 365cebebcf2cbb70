export {
  isOpen,
  itemsDone,
  jobKinds,
  jobOutcome,
  jobRange,
  jobStatus,
  jobStatuses,
  kindWord,
  openState,
  plannedAndActual,
} from './job-words'
