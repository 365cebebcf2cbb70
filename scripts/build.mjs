import { prepare } from './prepare/index.mjs'
import { main } from './prepare/run.mjs'

await main(prepare)
