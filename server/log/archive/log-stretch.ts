import type { Nats } from '../../clients'
import type { LogMessage } from '../log-message'
import { frameType, MessageHeader } from '../message-header'
import { openOrderedPull } from '../ordered-pull'

export interface LogStretch {
  nats: Nats
  stream: string
  /** Read behind this message, up to `lastSeq`, which the stream must hold. */
  afterSeq: number
  lastSeq: number
  signal: AbortSignal
  maxMessages?: number
}

const maxStretchMessages = 50_000
const maxStretchBytes = 32 * 1024 ** 2

/** Messages of every type: the last one of the log tells that all were seen. */
export async function readStretch({
  nats,
  stream,
  afterSeq,
  lastSeq,
  signal,
  maxMessages = maxStretchMessages,
}: LogStretch): Promise<{ messages: LogMessage[]; readSeq: number }> {
  const messages: LogMessage[] = []
  if (lastSeq <= afterSeq) return { messages, readSeq: afterSeq }
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    let bytes = 0
    let done = false
    const end = (settle: () => void) => {
      if (done) return
      done = true
      signal.removeEventListener('abort', onAbort)
      void pull.close().finally(settle)
    }
    const onAbort = () => {
      end(() => {
        reject(signal.reason as Error)
      })
    }
    const pull = openOrderedPull({
      nats,
      stream,
      filter: null,
      fromSeq: afterSeq,
      onFatal: (error) => {
        end(() => {
          reject(error instanceof Error ? error : new Error(String(error)))
        })
      },
      onMessage: (message, delivery) => {
        if (done) return
        messages.push({
          subject: Buffer.from(message.subject).toString(),
          header: message.header && new MessageHeader(message.header),
          data: message.data,
          seq: delivery.streamSeq,
          logTime: delivery.time,
        })
        bytes += message.data.length
        const full = messages.length >= maxMessages || bytes >= maxStretchBytes
        if (delivery.streamSeq >= lastSeq || full)
          end(() => {
            resolve({ messages, readSeq: delivery.streamSeq })
          })
      },
    })
    signal.addEventListener('abort', onAbort)
  })
}

/** Whether its events are yet to be held against schemas. */
export const needsCheck = (message: LogMessage) =>
  message.header?.get('content-type') !== frameType || message.header.get('parallax-validated') !== '1'
