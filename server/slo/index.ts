export { forgetUsage, ofType, openUsage, splitExact, typeOf } from './usage'
export type { Usage, UsageMeter, UsagePlace } from './usage'
export type * from './model'
export { traceStages } from './traces/model'
export type * from './traces/model'
export { jobTraceId, readTrace, readTraces } from './traces/read-traces'
export { runTraceExport } from './traces/export-traces'
export { runTraceSampler } from './traces/run-sampler'
export { readMetricFigures, type MetricFigures } from './metrics/read-metric-figures'
export { openSpanWriter } from './traces/span-writer'
export { objectiveSpec } from './objectives/check-spec'
export { addCorrection, listCorrections, removeCorrection } from './objectives/corrections'
export type * from './objectives/model'
export { exportOpenSlo } from './objectives/openslo/export-openslo'
export { importOpenSlo } from './objectives/openslo/import-openslo'
export { previewObjective } from './objectives/preview-objective'
export { readObjective } from './objectives/read-objective'
export { readObjectives } from './objectives/read-objectives'
export { runObjectives } from './objectives/run-objectives'
export { removeObjective, saveObjective, type SavedObjective } from './objectives/save-objective'
export type * from './alerts/facts'
export { readAlertBoard } from './alerts/read-board'
export { readAlertRules, saveAlertRules, type AlertRuleView } from './alerts/manage-rules'
export { addSilence, endSilence, listSilences, previewSilence } from './alerts/manage-silences'
export { runAlertWatcher } from './alerts/watch'
export {
  listChannels,
  removeChannel,
  saveChannel,
  testChannel,
  type ChannelTest,
} from './notify/manage-channels'
export { readRoutes, saveRoutes, type RoutesView } from './notify/manage-routes'
export { runNotifier } from './notify/run-notifier'
export { readMeasurements, type MeasurementPoint } from './measure'
export { readRollUpMark, readSliHours, readSliMinutes, sumMinutes, sumSlices } from './measure'
export {
  openReadMeter,
  openRecorder,
  type ReadMeter,
  runMeasuring,
  sourceName,
  type Recorder,
} from './measure'
export { defaultRules } from './alerts/rules'
export { probeDefinition, probePipeline } from './probe/probe-pipeline'
export { runProbes } from './probe/run-probes'
