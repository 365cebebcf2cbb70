import type { Instant } from '../pipeline/types'

export type AttributeValue = string | number | boolean

/** One valid event. `attrs` holds every attribute besides the five named here. */
export interface LogEvent {
  type: string
  source: string
  id: string
  timeMs: Instant
  /** `data_base64` is kept here as text: binary data has no fields. */
  attrs: Record<string, AttributeValue>
  /** Any JSON value; null when the event has none. */
  data: unknown
}

export type RejectionCode =
  | 'invalid_json'
  | 'not_an_object'
  | 'missing_attribute'
  | 'invalid_attribute'
  | 'unsupported_specversion'
  | 'invalid_time'
  | 'time_too_far_in_future'
  | 'type_mismatch'
  | 'invalid_text'
  | 'number_out_of_range'
  | 'too_large'
  | 'too_deep'
  | 'schema_violation'
  | 'unknown_schema'
  | 'invalid_frame'
  | 'key_too_long'
  | 'fold_failed'

export interface Rejection {
  code: RejectionCode
  message: string
}

export type CheckedEvent = { ok: true; event: LogEvent } | { ok: false; rejection: Rejection }

export const rejected = (code: RejectionCode, message: string): { ok: false; rejection: Rejection } => ({
  ok: false,
  rejection: { code, message },
})
