import type { Instant } from '../pipeline/types'
import type { MessageHeader } from './message-header'

/** One message of the log, as it is stored. */
export interface LogMessage {
  subject: string
  header: MessageHeader | null
  data: Buffer
  /** Where `data` lies in a larger buffer: reading it there spares a view of it. */
  bytes?: Buffer
  start?: number
  end?: number
  seq: number
  /** The log's own timestamp, epoch ms. */
  logTime: Instant
}
