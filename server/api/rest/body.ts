import { maxBodyBytes } from '../../log'
import { AppError } from '../../platform'
import { inflated } from './inflate'
import { jsonDepth } from './json-depth'

/** Limits of a request's body by what it is. */
export const bodyLimits = {
  events: maxBodyBytes,
  definition: 256 * 1024,
  schema: 256 * 1024,
  json: 64 * 1024,
} as const

/** How deep JSON of a request may nest: twice what a schema may, and far from what a stack holds. */
export const depthLimit = 128

/** The media type without its parameters, in lower case; empty when there is none. */
export const mediaType = (headers: Headers): string =>
  (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

/**
 * Reads the body up to `limit` bytes; stops reading at the first byte beyond. With `gzip` a compressed body is taken
 * too, and neither what is sent nor what it holds may be larger.
 */
export async function readBody(request: Request, limit: number, { gzip = false } = {}): Promise<Buffer> {
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase()
  const isGzip = gzip && encoding === 'gzip'
  if (!isGzip && encoding !== 'identity')
    throw new AppError(
      'unsupported_media_type',
      `Reading the body was refused: content-encoding ${JSON.stringify(encoding.slice(0, 40))} is not supported. Send it ${gzip ? 'with gzip or ' : ''}uncompressed.`,
    )
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge(limit)
  const sent = bounded(chunksOf(request), limit)
  const chunks: Uint8Array[] = []
  for await (const chunk of isGzip ? bounded(inflated(sent), limit) : sent) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* chunksOf(request: Request): AsyncGenerator<Uint8Array> {
  const reader = request.body?.getReader()
  if (!reader) return
  let isDone = false
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value
    isDone = true
  } finally {
    if (!isDone) await reader.cancel().catch(() => undefined)
  }
}

async function* bounded(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge(limit)
    yield chunk
  }
}

export async function readText(request: Request, limit: number): Promise<string> {
  const bytes = await readBody(request, limit)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new AppError('bad_request', 'Reading the body failed: it is not valid UTF-8. Encode it as UTF-8.', {
      cause: error,
    })
  }
}

export async function readJson(request: Request, limit: number): Promise<unknown> {
  const type = mediaType(request.headers)
  if (type !== 'application/json' && !type.endsWith('+json'))
    throw new AppError(
      'unsupported_media_type',
      `Reading the body was refused: content type ${JSON.stringify(type.slice(0, 80))} is not supported. Send application/json.`,
    )
  return parseJson(await readText(request, limit))
}

/** Refuses JSON that nests so deep that whoever walks it later would run out of stack. */
export function requireShallow(text: string): void {
  if (jsonDepth(text, depthLimit) <= depthLimit) return
  throw new AppError(
    'bad_request',
    `Reading the body was refused: it nests deeper than ${depthLimit} levels. Flatten it.`,
    { details: { limitLevels: depthLimit } },
  )
}

export function parseJson(text: string): unknown {
  requireShallow(text)
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const why = error instanceof Error ? error.message : 'not JSON'
    throw new AppError(
      'bad_request',
      `Reading the body failed: it is not valid JSON (${why.slice(0, 120)}). Correct it.`,
      {
        cause: error,
      },
    )
  }
}

const tooLarge = (limit: number) =>
  new AppError(
    'too_large',
    `Reading the body was refused: it is larger than ${limit} bytes. Send it in smaller parts.`,
    {
      details: { limitBytes: limit },
    },
  )
