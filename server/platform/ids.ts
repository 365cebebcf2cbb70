import { createHash, randomUUID } from 'node:crypto'

export const newId = (): string => randomUUID()

export const sha256Hex = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex')
