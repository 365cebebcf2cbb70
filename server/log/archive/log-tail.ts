import type { Duck, Nats } from '../../clients'
import type { LogMessage } from '../log-message'
import { decodeMessage } from '../message'
import type { SchemasInForce } from '../schemas-in-force'
import { quarantineHeader } from '../quarantine'
import { eventsStream, quarantineStream, streamState } from '../stream'
import { parseSubject } from '../subject'
import { needsCheck, readStretch } from './log-stretch'
import { SegmentBuilder } from './segment-builder'
import { stageRows } from './segment-file'

export interface LogTailOptions {
  nats: Nats
  type: string
  partitions: number
  schemas: SchemasInForce
  /** Read behind this message: where the archive ends. */
  afterSeq: number
  signal: AbortSignal
  maxMessages?: number
}

export interface LogTail {
  /** A FROM item of the connection with the columns of a segment; null: the tail has no event of the type. */
  relation: string | null
  columns: ReadonlySet<string>
  /** False: fields are to be read from the JSON text. */
  shredded: boolean
  /** Every message up to here was read. */
  readSeq: number
  /** Last message of the log when the reading began: beyond `readSeq` where the tail is longer than may be read. */
  lastSeq: number
}

/** Decodes what the archive does not have yet into the temporary table `log_tail`, just as the archiver will. */
export async function stageLogTail(duck: Duck, options: LogTailOptions): Promise<LogTail> {
  return stageMessages(duck, options, {
    stream: eventsStream,
    table: 'log_tail',
    partitionOf: ({ subject }) => {
      const parsed = parseSubject(subject, options.partitions)
      return parsed?.type === options.type ? parsed.partition : null
    },
  })
}

/** Brings what the given quarantines keep of a type, and have not put back, into the temporary table `kept`. */
export async function stageKept(
  duck: Duck,
  options: LogTailOptions & { quarantines: readonly { id: number; redrivenSeq: number }[] },
): Promise<LogTail> {
  const after = new Map(options.quarantines.map(({ id, redrivenSeq }) => [String(id), redrivenSeq]))
  const prefix = `quarantine.${options.type}.`
  return stageMessages(duck, options, {
    stream: quarantineStream,
    table: 'kept',
    partitionOf: ({ subject, header, seq }) => {
      const partition = subject.startsWith(prefix) ? Number(subject.slice(prefix.length)) : Number.NaN
      const redriven = after.get(header?.get(quarantineHeader) ?? '')
      return Number.isInteger(partition) && redriven !== undefined && seq > redriven ? partition : null
    },
  })
}

interface StagedStream {
  stream: string
  table: string
  /** Null: the message is none of those wanted. */
  partitionOf: (message: LogMessage) => number | null
}

async function stageMessages(
  duck: Duck,
  options: LogTailOptions,
  { stream, table, partitionOf }: StagedStream,
): Promise<LogTail> {
  const { nats, type, schemas, afterSeq } = options
  const { lastSeq } = await streamState(nats, stream)
  // The archive is seconds behind the log; a tail longer than may be read at once means that no archiver runs.
  const { messages, readSeq } = await readStretch({ ...options, stream, lastSeq })
  if (messages.some(needsCheck)) await schemas.sync()
  const builder = new SegmentBuilder()
  for (const [i, message] of messages.entries()) {
    // A long tail must not hold up everyone else's requests.
    if (i % 256 === 255) await new Promise((resolve) => setImmediate(resolve))
    const partition = partitionOf(message)
    if (partition === null) continue
    for (const result of decodeMessage(message, type, schemas)) {
      if (!('rejection' in result)) builder.add(result, message.seq, partition, message.logTime)
    }
  }
  const { fields, overflow } = builder.manifest()
  const tail = {
    columns: new Set(Object.keys(fields)),
    shredded: !overflow,
    readSeq: Math.max(readSeq, afterSeq),
    lastSeq: Math.max(lastSeq, afterSeq),
  }
  if (builder.rows === 0) return { ...tail, relation: null }
  const rows = await stageRows(duck, builder)
  await duck.run(`CREATE OR REPLACE TEMP TABLE ${table} AS ${rows}`)
  await duck.run('DROP TABLE stage')
  return { ...tail, relation: table }
}
