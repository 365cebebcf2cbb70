import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { AppError, retry } from '../../platform'
import type { ApiClient } from './api-client'
import type { Command } from './command'

const batchLines = 1_000
const batchBytes = 512 * 1024
/** More rejections than this are counted, not listed. */
const listedRejections = 100

interface Rejected {
  index: number
  id: string | null
  code: string
  message: string
}

interface Answer {
  accepted: number
  duplicates: number
  rejected: Rejected[]
}

interface Total {
  accepted: number
  duplicates: number
  rejectedCount: number
  /** With the line of the file, from 1. */
  rejected: (Omit<Rejected, 'index'> & { line: number })[]
}

interface Batch {
  /** The file's line number of each event: empty lines are left out. */
  lines: number[]
  text: string
}

export const publish: Command = {
  usage: 'publish <file.ndjson|-> [--dry-run]',
  summary:
    'Publishes CloudEvents, one JSON object a line. Events that are refused are listed; running it again publishes nothing twice. --dry-run only checks that each line is a JSON object.',
  positionals: { min: 1, max: 1 },
  async run({ api, positionals, dryRun, answer, say }) {
    const total: Total = { accepted: 0, duplicates: 0, rejectedCount: 0, rejected: [] }
    for await (const batch of batches(open(positionals[0] ?? '-'))) {
      add(total, batch, dryRun ? check(batch) : await send(api, batch, say))
      if (!dryRun) say(`${total.accepted} accepted, ${total.rejectedCount} rejected so far`)
    }
    const verb = dryRun ? 'would be sent' : 'accepted'
    const summary = `${total.accepted} ${verb}, ${total.duplicates} duplicates, ${total.rejectedCount} rejected`
    const list = total.rejected.map(({ line, code, message }) => `line ${line}: ${code}: ${message}`)
    answer({ ...total, dryRun }, [...list, summary].join('\n'))
    return total.rejectedCount > 0 ? 1 : 0
  },
}

function open(file: string): Readable {
  return file === '-' ? process.stdin : createReadStream(file)
}

async function* batches(input: Readable): AsyncGenerator<Batch> {
  let batch: Batch = { lines: [], text: '' }
  let number = 0
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      number++
      if (line.trim() === '') continue
      batch.lines.push(number)
      batch.text += `${line}\n`
      if (batch.lines.length < batchLines && batch.text.length < batchBytes) continue
      yield batch
      batch = { lines: [], text: '' }
    }
  } catch (error) {
    const { code, message, path } = error as NodeJS.ErrnoException
    if (code === undefined || path === undefined) throw error
    throw new AppError(
      'bad_request',
      `Reading ${path} failed: ${message}. Name a readable file, or - for stdin.`,
    )
  }
  if (batch.lines.length > 0) yield batch
}

function send(api: ApiClient, batch: Batch, say: (line: string) => void): Promise<Answer> {
  const body = { type: 'application/x-ndjson', text: batch.text }
  return retry(() => api.call<Answer>('POST', '/api/v1/events', body), {
    attempts: 8,
    baseMs: 500,
    maxMs: 15_000,
    retryable: (error) =>
      error instanceof AppError && (error.code === 'too_many_requests' || error.code === 'unavailable'),
    onRetry: (error, _attempt, waitMs) => {
      say(`${(error as Error).message} Trying again in ${(waitMs / 1000).toFixed(1)} s.`)
    },
  })
}

function check(batch: Batch): Answer {
  const rejected: Rejected[] = []
  batch.text
    .trimEnd()
    .split('\n')
    .forEach((line, index) => {
      const problem = problemOf(line)
      if (problem !== null) rejected.push({ index, id: null, ...problem })
    })
  return { accepted: batch.lines.length - rejected.length, duplicates: 0, rejected }
}

function problemOf(line: string): { code: string; message: string } | null {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return null
    return { code: 'not_an_object', message: 'The line is JSON, but not an object.' }
  } catch (error) {
    return { code: 'invalid_json', message: (error as Error).message }
  }
}

function add(total: Total, batch: Batch, answer: Answer): void {
  total.accepted += answer.accepted
  total.duplicates += answer.duplicates
  total.rejectedCount += answer.rejected.length
  for (const { index, ...rest } of answer.rejected.slice(0, listedRejections - total.rejected.length)) {
    total.rejected.push({ ...rest, line: batch.lines[index] ?? 0 })
  }
}
