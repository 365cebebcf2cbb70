export { PipelinesScreen } from './pipelines-screen'
export { useListKeys } from './use-list-keys'
