import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { RawMessage } from '../../log'
import { createDurably } from './durable-file'

/** One message a line: what it needs to be put back under its own sequence. */
export async function writeMessages(messages: AsyncIterable<RawMessage>, file: string): Promise<number> {
  let count = 0
  async function* lines() {
    for await (const { data, ...message } of messages) {
      count++
      yield `${JSON.stringify({ ...message, data: Buffer.from(data).toString('base64') })}\n`
    }
  }
  await createDurably(file, (target) => pipeline(Readable.from(lines()), createGzip({ level: 1 }), target))
  return count
}

export async function* readMessages(file: string): AsyncGenerator<RawMessage> {
  const input = createReadStream(file).pipe(createGunzip())
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    const { data, ...message } = JSON.parse(line) as Omit<RawMessage, 'data'> & { data: string }
    yield { ...message, data: Buffer.from(data, 'base64') }
  }
}
