import {
  DuckDBBlobValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBTypeId,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api'
import { AppError } from '../platform'

/** BIGINT as number, DECIMAL as exact string, BLOB as bytes, LIST as array; all else as the driver gives it. */
export function fromDuck(value: DuckDBValue, type: DuckDBType): unknown {
  if (value === null || value === undefined) return null
  switch (type.typeId) {
    case DuckDBTypeId.BIGINT:
      return safeNumber(value as bigint)
    case DuckDBTypeId.DECIMAL:
      return (value as DuckDBDecimalValue).toString()
    case DuckDBTypeId.BLOB:
      return (value as DuckDBBlobValue).bytes
    case DuckDBTypeId.LIST: {
      const { valueType } = type as Extract<DuckDBType, { typeId: DuckDBTypeId.LIST }>
      return (value as DuckDBListValue).items.map((item) => fromDuck(item, valueType))
    }
    default:
      return value
  }
}

/** The reverse for appending: numbers become bigint where the column wants one, bytes become a BLOB. */
export function toDuck(value: unknown, type: DuckDBType): DuckDBValue {
  if (value === null || value === undefined) return null
  switch (type.typeId) {
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.HUGEINT:
      return typeof value === 'number' ? BigInt(value) : (value as bigint)
    case DuckDBTypeId.BLOB:
      return value instanceof Uint8Array ? new DuckDBBlobValue(value) : (value as DuckDBValue)
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
