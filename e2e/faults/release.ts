import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

const project = path.resolve(import.meta.dirname, '../..')

/** Whether the repository holds a release: a shallow clone, or a folder that is none, does not. */
export const hasRelease = (commit: string): boolean =>
  spawnSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: project, stdio: 'ignore' }).status === 0

/** Builds a release as it was, workers and console, with the packages of this one; resolves to its folder. */
export function buildRelease(commit: string): string {
  const root = path.join(project, '.cache', 'releases', commit)
  if (!existsSync(path.join(root, '.git'))) {
    run('git', ['clone', '-q', '--no-checkout', project, root])
    run('git', ['-C', root, 'checkout', '-q', '--detach', commit])
  }
  if (!existsSync(path.join(root, 'node_modules')))
    run('cp', ['-al', path.join(project, 'node_modules'), path.join(root, 'node_modules')])
  run(process.execPath, [path.join(root, 'scripts', 'build.mjs')], root)
  return root
}

/** What is built anew has none of what this process was started with. */
function run(command: string, args: readonly string[], cwd = project): void {
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production' }
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env })
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${String(status)}:\n${stdout}${stderr}`)
}
