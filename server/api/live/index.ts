export { liveHealth, liveJobs, livePipelines, liveTopKeys } from './feeds'
export { livePipeline } from './live-pipeline'
export { liveAudit } from './audit-feed'
export { liveTriage } from './triage-feed'
