import { startSharedPostgres } from './testing'

export default startSharedPostgres
