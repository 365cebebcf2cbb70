export { liveHealth, liveJobs, livePipelines, liveTopKeys } from './feeds'
export { livePipeline } from './live-pipeline'
