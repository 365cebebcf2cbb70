import { logger } from '../platform'
import { serveDuck } from '../clients'
import { runCli } from './cli/run-cli'
import { runRole } from './role'
import { roleNames } from './roles'

const [verb, name] = process.argv.slice(2)

if (verb === 'role') {
  // How the supervisor starts its children, and a container its one process.
  const role = roleNames.find((known) => known === name)
  try {
    if (role === undefined) throw new Error(`there is no role "${String(name)}"`)
    await runRole(role)
  } catch (error) {
    logger(String(name)).fatal({ err: error }, 'the role failed')
    process.exit(1)
  }
} else if (verb === 'duckdb') {
  // Internal: how the batch role starts its engine.
  serveDuck()
} else {
  process.exitCode = await runCli(process.argv.slice(2))
}
