import { prepareTools } from './prepare/index.mjs'
import { main } from './prepare/run.mjs'

await main(prepareTools)
