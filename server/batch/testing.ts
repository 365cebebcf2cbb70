export { archiveOf } from './testing/parquet-archive'
