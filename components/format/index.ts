export { csvRows } from './csv'
export { durationParts, formatDuration } from './duration'
export { formatInstant, formatNear, formatRange, zoneOffsetMs } from './instant'
export type { InstantStyle, Zone } from './instant'
export { formatMoney } from './money'
export { numberWord } from './number-word'
export {
  compactFigure,
  formatBytes,
  formatCompact,
  formatCount,
  formatMeasure,
  formatNumber,
  formatPercent,
  formatSigned,
  measureNumber,
  plural,
} from './number'
export type { Figure } from './number'
export { formatShare } from './share'
export { readInstant, writeInstant } from './typed-instant'
export { withInstants } from './with-instants'
