export const telemetryLimits = {
  /** Of events that carry a traceparent, how many a second a process follows; the others are counted as dropped. */
  eventTracesPerSecond: 200,
  /** Spans that wait to be written; beyond it new ones are counted as dropped. */
  bufferedSpans: 5_000,
}
