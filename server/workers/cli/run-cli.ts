import { AppError } from '../../platform'
import { align } from './align'
import { audit } from './audit'
import { backup } from './backup'
import { restore } from './restore'
import { runCommand, type Command } from './command'
import { pipelines } from './pipelines'
import { provision } from './provision'
import { backfill, plan, reconcile, rollback } from './plans'
import { roleNames } from '../roles'
import { publish } from './publish'
import { schema } from './schema'
import { start } from './start'
import { verify } from './verify'

const commands: Record<string, Command> = {
  start,
  provision,
  publish,
  pipelines,
  schema,
  reconcile,
  backfill,
  rollback,
  plan,
  verify,
  audit,
  backup,
  restore,
  align,
}

/** Runs a command line; resolves to the exit code: 0 done, 1 failed, 2 not understood. */
export async function runCli(args: string[]): Promise<number> {
  const [verb, ...rest] = args
  if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h') {
    console.log(help())
    return verb === undefined ? 2 : 0
  }
  const command = Object.hasOwn(commands, verb) ? commands[verb] : undefined
  try {
    if (command === undefined) {
      throw new AppError(
        'bad_request',
        `There is no command "${verb}". Use one of ${Object.keys(commands).join(', ')}.`,
      )
    }
    return await runCommand(command, rest)
  } catch (error) {
    report(error, rest.includes('--json'))
    return error instanceof AppError && error.code === 'bad_request' && error.details === undefined ? 2 : 1
  }
}

function report(error: unknown, isJson: boolean): void {
  const known = error instanceof AppError
  const message = error instanceof Error ? error.message : String(error)
  if (isJson) {
    const code = known ? error.code : 'internal'
    console.log(JSON.stringify({ error: { code, message, ...(known ? error.details : {}) } }))
  }
  console.error(`parallax: ${message}`)
  const problems = known ? error.details?.problems : undefined
  if (Array.isArray(problems)) for (const problem of problems) console.error(`  ${JSON.stringify(problem)}`)
  if (!known && error instanceof Error) console.error(error.stack)
}

function help(): string {
  const lines = Object.values(commands).map(({ usage, summary }) => `  parallax ${usage}\n      ${summary}`)
  return `Parallax: two paths, one answer.

${lines.join('\n\n')}

  parallax role ${roleNames.join('|')}
      Runs one role in the foreground on DATABASE_URL and NATS_URL, until SIGTERM: for containers, after provision.

All but start, provision, role, verify, backup, restore and align talk to a running server: --url (or PARALLAX_URL), --token (or PARALLAX_API_TOKEN); without them to
the one that runs on the data folder (--data-dir). All take --json and --help.`
}
