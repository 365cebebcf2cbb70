export { ConsoleFeedProvider, useConsoleFeed } from './console-feed'
export { usePipelineFeed } from './use-pipeline-feed'
export type { PipelineFeed } from './use-pipeline-feed'
export type { LiveState, Watch } from './use-watch'
