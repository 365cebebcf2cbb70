import type { DuckOptions, DuckParameters } from './duck'

/** A connection and a result that is being read have numbers, given by the one who asks. */
export type DuckCall =
  | { do: 'open'; options: DuckOptions }
  | { do: 'fork'; as: number }
  | { do: 'run'; on: number; sql: string; parameters: DuckParameters | undefined }
  | { do: 'rows'; on: number; sql: string; parameters: DuckParameters | undefined }
  | { do: 'append'; on: number; table: string; columns: readonly (readonly unknown[])[] }
  | { do: 'stream'; on: number; as: number; sql: string; parameters: DuckParameters | undefined }
  /** The next rows of a stream; null after the last. */
  | { do: 'next'; of: number }
  | { do: 'leave'; of: number }
  | { do: 'interrupt'; on: number }
  | { do: 'close'; on: number }

export interface DuckRequest {
  id: number
  call: DuckCall
}

/** `error` is the text of what failed in DuckDB. */
export type DuckReply = { id: number; value: unknown } | { id: number; error: string }
