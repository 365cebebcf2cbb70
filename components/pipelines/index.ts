export { PipelinesScreen } from './pipelines-screen'
export { FilterField } from './filter-field'
export { useListKeys } from './use-list-keys'
