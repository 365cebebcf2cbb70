export { archiveOf } from './testing/parquet-archive'
export { duckDbEngine } from './duckdb-engine'
