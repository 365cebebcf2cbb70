import { parseArgs, type ParseArgsConfig } from 'node:util'
import { AppError, readEnv } from '../../platform'
import { findRunning } from '../data-dir-lock'
import { readLocalToken } from '../local-token'
import { openApi, type ApiClient } from './api-client'

type OptionTable = NonNullable<ParseArgsConfig['options']>

export interface CommandContext {
  api: ApiClient
  /** What is left of the command line after the verb and its options. */
  positionals: string[]
  options: Record<string, string | boolean | undefined>
  dryRun: boolean
  /** The result: as JSON on stdout with --json, else as the text. */
  answer(value: unknown, text: string): void
  /** Progress, on stderr; nothing with --json. */
  say(line: string): void
}

export interface Command {
  /** As shown in the help, without options that all have. */
  usage: string
  summary: string
  options?: OptionTable
  positionals: { min: number; max: number }
  /** Resolves to the exit code; a failure may also throw. */
  run(context: CommandContext): Promise<number>
}

export const commonOptions = {
  url: { type: 'string' },
  token: { type: 'string' },
  json: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  'data-dir': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies OptionTable

export async function runCommand(command: Command, args: string[]): Promise<number> {
  const { positionals, values } = parseCommandLine(command, args)
  if (values.help === true) {
    console.log(`parallax ${command.usage}\n\n${command.summary}`)
    return 0
  }
  const { min, max } = command.positionals
  if (positionals.length < min || positionals.length > max) {
    throw new AppError('bad_request', `The command line was not understood. Use: parallax ${command.usage}`)
  }
  const isJson = values.json === true
  return command.run({
    api: apiFor(values),
    positionals,
    options: values,
    dryRun: values['dry-run'] === true,
    answer: (value, text) => {
      console.log(isJson ? JSON.stringify(value) : text)
    },
    say: (line) => {
      if (!isJson) console.error(line)
    },
  })
}

function parseCommandLine(command: Command, args: string[]) {
  try {
    const options = { ...commonOptions, ...command.options }
    const { positionals, values } = parseArgs({ args, options, allowPositionals: true })
    return { positionals, values: values as Record<string, string | boolean | undefined> }
  } catch (error) {
    throw new AppError('bad_request', `${(error as Error).message}. Use: parallax ${command.usage}`)
  }
}

/** The server named, else the one that runs on the data folder, with the token that lies there. */
function apiFor(values: Record<string, string | boolean | undefined>): ApiClient {
  const env = readEnv({
    ...process.env,
    ...(typeof values['data-dir'] === 'string' ? { PARALLAX_DATA_DIR: values['data-dir'] } : {}),
  })
  const named = typeof values.url === 'string' ? values.url : process.env.PARALLAX_URL
  const url = named ?? findRunning(env.dataDir)?.url ?? `http://127.0.0.1:${env.port}`
  if (!URL.canParse(url)) throw new AppError('bad_request', `Reading --url failed: "${url}" is not a URL.`)
  const given = typeof values.token === 'string' ? values.token : env.apiToken
  return openApi(url, given ?? (named === undefined ? readLocalToken(env.dataDir) : null))
}
