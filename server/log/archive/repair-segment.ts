import { rename } from 'node:fs/promises'
import path from 'node:path'
import type { Duck, Nats, Pool } from '../../clients'
import { logger } from '../../platform'
import { decodeMessage } from '../message'
import type { SchemasInForce } from '../schemas-in-force'
import { eventsStream, streamState } from '../stream'
import { parseSubject } from '../subject'
import type { NewSegment, Segment } from './archive-store'
import { needsCheck, readStretch } from './log-stretch'
import { commitRepair, type LostStretch } from './repair-store'
import { SegmentBuilder } from './segment-builder'
import { writeSegment } from './segment-file'

export interface RepairOptions {
  pool: Pool
  nats: Nats
  duck: Duck
  dir: string
  fence: number
  partitions: number
  schemas: SchemasInForce
  signal: AbortSignal
}

/** Rows of a rebuilt file: what is held in memory meanwhile. */
const rebuiltRows = 200_000
export const badSuffix = '.bad'

/**
 * Sets a damaged segment's file aside, as `.bad`, and puts in its place what the log still has of its messages,
 * decoded as the archiver did. What is no longer there is a hole: its windows are partial. Resolves to what was done,
 * in words; null when another archiver took over or the segment was replaced.
 */
export async function repairSegment(
  options: RepairOptions,
  segment: Segment,
  fault: string,
): Promise<string | null> {
  const { pool, dir, fence } = options
  const file = path.join(dir, segment.file)
  await rename(file, file + badSuffix).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  })
  const { firstSeq, lastSeq } = await streamState(options.nats)
  const held = { from: Math.max(segment.seqFrom, firstSeq), to: Math.min(segment.seqTo, lastSeq) }
  const rebuilt = held.from <= held.to ? await rebuild(options, segment, held) : []
  const lost = lostOf(segment, held, rebuilt).map((stretch) => ({
    ...stretch,
    reason: `The archive's file ${segment.file} ${fault}, and ${stretch.reason}`,
  }))
  if (!(await commitRepair(pool, fence, { segment, rebuilt, lost }))) return null
  const rows = rebuilt.reduce((sum, part) => sum + part.rows, 0)
  const done = `${rows} of ${segment.rows} events were read from the log again`
  const log = logger('archive')
  const detail = { file: segment.file, fault, rows, of: segment.rows, lost }
  if (lost.length === 0) log.warn(detail, 'a damaged segment was rebuilt from the log')
  else log.error(detail, 'a damaged segment is lost, or part of it: its windows are partial')
  return lost.length === 0 ? done : `${done}; the windows of the rest are partial`
}

function lostOf(
  segment: Segment,
  held: { from: number; to: number },
  rebuilt: readonly NewSegment[],
): LostStretch[] {
  const { seqFrom, seqTo } = segment
  if (held.from > held.to) return [{ seqFrom, seqTo, reason: 'the log no longer holds its messages.' }]
  const lost: LostStretch[] = []
  if (held.from > seqFrom)
    lost.push({ seqFrom, seqTo: held.from - 1, reason: `the log begins with message ${held.from}.` })
  if (held.to < seqTo)
    lost.push({ seqFrom: held.to + 1, seqTo, reason: `the log ends with message ${held.to}.` })
  const rows = rebuilt.reduce((sum, part) => sum + part.rows, 0)
  // The log as a whole is there, but it is not the one that was archived.
  if (lost.length === 0 && rows !== segment.rows)
    lost.push({ seqFrom, seqTo, reason: `the log holds ${rows} of its ${segment.rows} events.` })
  return lost
}

async function rebuild(
  options: RepairOptions,
  segment: Segment,
  held: { from: number; to: number },
): Promise<NewSegment[]> {
  const { nats, schemas, partitions, signal } = options
  const rebuilt: NewSegment[] = []
  let builder = new SegmentBuilder()
  let from = held.from
  for (let readSeq = held.from - 1; readSeq < held.to;) {
    signal.throwIfAborted()
    const read = await readStretch({
      nats,
      stream: eventsStream,
      afterSeq: readSeq,
      lastSeq: held.to,
      signal,
    })
    if (read.messages.some(needsCheck)) await schemas.sync()
    for (const [i, message] of read.messages.entries()) {
      if (i % 256 === 255) await new Promise((resolve) => setImmediate(resolve))
      if (message.seq > held.to) break
      const subject = parseSubject(message.subject, partitions)
      if (subject?.type !== segment.type) continue
      for (const event of decodeMessage(message, segment.type, schemas))
        if (!('rejection' in event)) builder.add(event, message.seq, subject.partition, message.logTime)
      if (builder.rows < rebuiltRows) continue
      rebuilt.push(await write(options, segment, builder, { from, to: message.seq }))
      builder = new SegmentBuilder()
      from = message.seq + 1
    }
    readSeq = Math.max(readSeq + 1, read.readSeq)
  }
  if (builder.rows > 0) rebuilt.push(await write(options, segment, builder, { from, to: held.to }))
  return rebuilt
}

async function write(
  { duck, dir, fence }: RepairOptions,
  { type }: Segment,
  builder: SegmentBuilder,
  { from, to }: { from: number; to: number },
): Promise<NewSegment> {
  const file = path.join(type, `${from}-${to}-${fence}-restored.parquet`)
  const written = await writeSegment(duck, dir, file, builder)
  const { rows, minTime, maxTime } = builder
  return { type, ...written, seqFrom: from, seqTo: to, rows, minTime, maxTime, columns: builder.manifest() }
}
