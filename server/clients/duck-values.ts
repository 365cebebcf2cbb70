import { blobValue, DuckDBBlobValue, DuckDBListType, DuckDBListValue, DuckDBTypeId } from '@duckdb/node-api'
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api'
import { AppError } from '../platform'

/** BIGINT as number, DECIMAL as exact string, BLOB as bytes, LIST as array; all else as the driver gives it. */
export function fromDuck(value: DuckDBValue, type: DuckDBType): unknown {
  if (value === null) return null
  if (typeof value === 'bigint') return type.typeId === DuckDBTypeId.BIGINT ? safeNumber(value) : value
  if (typeof value !== 'object') return value
  if (type.typeId === DuckDBTypeId.DECIMAL) return value.toString()
  if (value instanceof DuckDBBlobValue) return value.bytes
  if (value instanceof DuckDBListValue && type instanceof DuckDBListType) {
    return value.items.map((item) => fromDuck(item, type.valueType))
  }
  return value
}

/** The reverse for appending: numbers become bigint where the column wants one, bytes become a BLOB. */
export function toDuck(value: unknown, type: DuckDBType): DuckDBValue {
  if (value === undefined) return null
  switch (type.typeId) {
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.HUGEINT:
      return typeof value === 'number' ? BigInt(value) : (value as DuckDBValue)
    case DuckDBTypeId.BLOB:
      return value instanceof Uint8Array ? blobValue(value) : (value as DuckDBValue)
    default:
      return value as DuckDBValue
  }
}

function safeNumber(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) {
    throw new AppError(
      'internal',
      `Reading the BIGINT ${value} failed: it is beyond 2^53 − 1 and would be rounded. Cast the column to HUGEINT or VARCHAR in the query.`,
    )
  }
  return number
}
