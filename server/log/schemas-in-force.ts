import { rejected, type Rejection } from './log-event'

/** A compiled schema: null when the data conforms, else where and why not. */
export type DataCheck = (data: unknown) => string | null

/** What the decoder needs of the registry; `seq` decides, so that every reader of the log decides alike. */
export interface SchemasInForce {
  /**
   * The check for a message at `seq`; null when no schema applies. 'unknown' when `dataschema` addresses a
   * version of this registry that was not there at `seq`.
   */
  checkAt(type: string, dataschema: string | null, seq: number): DataCheck | 'unknown' | null
  /** False when events of the type without dataschema need no check at any seq: lets the hot path skip parsing. */
  mayCheck(type: string): boolean
  /** Resolves once every schema that was registered before the call is known here. */
  sync(): Promise<void>
}

export function schemaProblem(
  schemas: SchemasInForce | null,
  event: { type: string; attrs: Record<string, unknown>; data: unknown },
  seq: number,
): Rejection | null {
  if (!schemas) return null
  const named = event.attrs.dataschema
  const check = schemas.checkAt(event.type, typeof named === 'string' ? named : null, seq)
  if (check === null) return null
  if (check === 'unknown') {
    return rejected(
      'unknown_schema',
      `dataschema ${String(named)} is not in the registry. Register it or name a known version.`,
    ).rejection
  }
  const why = check(event.data)
  return why === null ? null : rejected('schema_violation', why).rejection
}
