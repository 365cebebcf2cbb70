import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './run.mjs'

/** Runs the bundled program in this very process, so that signals and the exit code are its own. */
export async function launch(args) {
  const program = path.join(root, 'dist', 'parallax.mjs')
  process.env.PARALLAX_ROOT = root
  process.argv = [process.argv[0], program, ...args]
  process.setSourceMapsEnabled(true)
  await import(pathToFileURL(program).href)
}
