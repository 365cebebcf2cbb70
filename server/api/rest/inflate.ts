import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { AppError } from '../../platform'

/** What a gzip body holds, as it is read; whoever reads stops it by leaving, so a bomb costs what was read of it. */
export async function* inflated(compressed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  // What fails on the way is thrown where the output is read.
  pipeline(Readable.from(compressed), gunzip, () => undefined)
  try {
    for await (const part of gunzip) yield part as Uint8Array
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError(
      'bad_request',
      'Reading the body failed: it is not whole gzip data. Compress it again, or send it uncompressed.',
      { cause: error },
    )
  } finally {
    gunzip.destroy()
  }
}
