export type { CellsMessage } from './view-message'
export { runSpeedWorker, type SpeedWorkerOptions } from './worker'
export type { LaneDetail, SpeedWorkerDetail, TypeLag } from './worker-detail'
