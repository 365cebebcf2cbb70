import { AppError } from '../../platform'

/** The window that starts at an instant; refuses one that is no window's start, naming the window it lies in. */
export function windowOf(
  windowStart: number,
  { name, windowSizeMs }: { name: string; windowSizeMs: number },
): { from: number; to: number } {
  const from = Math.floor(windowStart / windowSizeMs) * windowSizeMs
  if (from === windowStart && Math.abs(from + windowSizeMs) <= 8.64e15)
    return { from, to: from + windowSizeMs }
  throw new AppError(
    'bad_request',
    `Explaining failed: no window of ${name} starts at ${iso(windowStart)}. Its windows are ${windowSizeMs / 1_000} s long; the one that holds it starts at ${iso(from)}.`,
  )
}

const iso = (at: number) => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at))

const maxKeyBytes = 512

/** No cell can have such a key, so nobody needs to look for it. */
export function checkKey(key: string): void {
  if (!key.includes('\0') && Buffer.byteLength(key) <= maxKeyBytes) return
  throw new AppError(
    'bad_request',
    `Explaining failed: a key has no NUL character and at most ${maxKeyBytes} bytes. Pass the key of a served value unchanged.`,
  )
}
