import { ensureBuilt, ensureBundled, ensureGenerated } from './build.mjs'
import { checkNode, ensureInstalled } from './install.mjs'
import { alone } from './lock.mjs'

/** Everything a start needs; nothing is done that is done already. */
export async function prepare() {
  checkNode()
  await alone(async () => {
    await ensureInstalled()
    await ensureBuilt()
  })
}

/** What the command line needs: no console. */
export async function prepareCommandLine() {
  checkNode()
  await alone(async () => {
    await ensureInstalled()
    await ensureGenerated()
    await ensureBundled()
  })
}

export async function prepareTools() {
  checkNode()
  await alone(async () => {
    await ensureInstalled()
    await ensureGenerated()
  })
}
