import { stat } from 'node:fs/promises'
import path from 'node:path'
import { rememberedFiles } from '../limits'
import type { Segment } from './archive-store'
import { checksumOf } from './segment-file'

/** Files that had their checksum when this process read them, with what would tell of a change since. */
const sound = new Map<string, string>()

/**
 * What is wrong with a segment's file, in words; null: it is as it was written. Its checksum is read the first time,
 * and again whenever size, time or place of the file have changed since; `afresh`: in any case.
 */
export async function segmentFault(
  dir: string,
  segment: Pick<Segment, 'file' | 'bytes' | 'checksum'>,
  { afresh = false } = {},
): Promise<string | null> {
  const file = path.resolve(dir, segment.file)
  const found = await stat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  })
  if (found === null) return 'is missing'
  if (found.size !== segment.bytes) return `has ${found.size} bytes instead of ${segment.bytes}`
  const state = `${segment.checksum} ${found.size} ${found.mtimeMs} ${found.ctimeMs} ${found.ino}`
  if (!afresh && sound.get(file) === state) return null
  sound.delete(file)
  if ((await checksumOf(file)) !== segment.checksum) return 'does not match its checksum'
  for (const oldest of sound.keys()) {
    if (sound.size < rememberedFiles) break
    sound.delete(oldest)
  }
  sound.set(file, state)
  return null
}
