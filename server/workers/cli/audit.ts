import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { AppError } from '../../platform'
import type { Command, CommandContext } from './command'

interface Result {
  entries: number
  brokenAt: number | null
  why: string | null
  head: { seq: number; hash: string } | null
  /** Of a file: where it starts, and the line at which it is broken. */
  first?: number | null
  line?: number | null
}

export const audit: Command = {
  usage: 'audit verify [<file.ndjson|->] [--head <hash>]',
  summary:
    'Reads the audit trail against its hashes: that of the running server, or an exported NDJSON file without any server. Names the first entry that is not as it was written. --head is the hash the last entry must have, as noted elsewhere.',
  options: { head: { type: 'string' } },
  positionals: { min: 1, max: 2 },
  async run(context) {
    const [verb, file] = context.positionals
    if (verb !== 'verify') throw new AppError('bad_request', `Use parallax ${audit.usage}`)
    const result = file === undefined ? await ofServer(context) : await ofFile(file)
    const judged = withHead(result, context.options.head)
    context.answer(judged, `${file ?? 'audit trail'}: ${verdict(judged)}`)
    return judged.brokenAt === null ? 0 : 1
  },
}

function ofServer({ api, say }: CommandContext): Promise<Result> {
  say('reading the whole audit trail …')
  return api.call<Result>('GET', '/api/v1/audit/verification')
}

async function ofFile(file: string): Promise<Result> {
  const { verifyAuditFile } = await import('../../control')
  const input = file === '-' ? process.stdin : createReadStream(file)
  try {
    return await verifyAuditFile(createInterface({ input, crlfDelay: Infinity }))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new AppError(
      'bad_request',
      `Reading ${file} failed: ${message}. Name an exported NDJSON file, or - for stdin.`,
    )
  }
}

/** A trail whose newest entries were cut off is whole in itself: only a head noted elsewhere shows it. */
function withHead(result: Result, wanted: string | boolean | undefined): Result {
  if (typeof wanted !== 'string' || result.brokenAt !== null || result.head?.hash === wanted) return result
  return { ...result, brokenAt: (result.head?.seq ?? 0) + 1, why: 'missing' }
}

const reasons: Record<string, string> = {
  changed: 'is not as it was written',
  missing: 'is missing',
  'out of order': 'is out of order',
  'not an entry': 'is not an audit entry',
}

function verdict({ entries, first, brokenAt, why, head, line }: Result): string {
  if (brokenAt !== null) {
    const where = line ? ` (line ${line})` : ''
    return `BROKEN: entry ${brokenAt} ${reasons[why ?? ''] ?? why ?? ''}${where}`
  }
  if (head === null) return 'empty, nothing to verify'
  const from = first && first > 1 ? `, from entry ${first} on` : ''
  return `whole: ${entries} entries${from}, up to entry ${head.seq}, hash ${head.hash}`
}
