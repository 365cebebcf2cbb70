export { keepView } from './keep-view'
export { apiRange, presetLabel, presets, rangeEnds, rangeLabel } from './range'
export type { ApiRange, Preset, ViewRange } from './range'
export { currentTime, useNow } from './use-now'
export {
  useFilter,
  useKey,
  useMeasureName,
  usePipelineTab,
  useRange,
  useSeriesMode,
  useZone,
} from './use-view'
export { whenIdle } from './when-idle'
