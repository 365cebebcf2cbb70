import { maxBodyBytes } from '../../log'
import { AppError } from '../../platform'

/** Limits of a request's body by what it is. */
export const bodyLimits = {
  events: maxBodyBytes,
  definition: 256 * 1024,
  schema: 256 * 1024,
  json: 64 * 1024,
} as const

/** The media type without its parameters, in lower case; empty when there is none. */
export const mediaType = (headers: Headers): string =>
  (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

/** Reads the body up to `limit` bytes; stops reading at the first byte beyond. */
export async function readBody(request: Request, limit: number): Promise<Buffer> {
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity')
    throw new AppError(
      'unsupported_media_type',
      `Reading the body was refused: content-encoding ${JSON.stringify(encoding.slice(0, 40))} is not supported. Send it uncompressed.`,
    )
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge(limit)
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = request.body?.getReader()
  for (let part = await reader?.read(); reader && part && !part.done; part = await reader.read()) {
    const chunk = part.value as Uint8Array
    size += chunk.byteLength
    if (size > limit) {
      await reader.cancel().catch(() => undefined)
      throw tooLarge(limit)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
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

export function parseJson(text: string): unknown {
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
