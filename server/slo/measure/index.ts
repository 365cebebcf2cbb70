export { countUpTo, type Bins } from './bins'
export { binScale, defaultThresholds, type Measured } from './measured'
export { hourMs, minuteMs, minuteOf } from './minute'
export {
  readMeasurements,
  type Distribution,
  type MeasurementPoint,
  type MeasurementQuery,
  type Measurements,
} from './read-measurements'
export { readRejected } from './read-measurements-store'
export { openReadMeter, type ReadMeter } from './read-meter'
export { openRecorder, type Recorder, type RecorderOptions, type RecordOptions } from './recorder'
export { rollUpHours } from './roll-up'
export { sliceKind, type SliceCounts, type SliHourRow, type SliMinuteRow } from './sli'
export {
  readHoursBySli,
  readMinutesBySli,
  readRollUpMark,
  readSliHours,
  readSliMinutes,
  restate,
  type HoursOfSli,
  type MinutesOfSli,
  type Restatement,
} from './sli-store'
export { sumMinutes, sumSlices, type MinuteSum } from './sum-minutes'
export { runMeasuring, type MeasuringOptions } from './run-measuring'
export { sourceName } from './source-name'
export { servedPipelineNames } from './served-definitions-store'
