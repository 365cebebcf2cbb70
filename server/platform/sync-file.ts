import { open } from 'node:fs/promises'

/** What was written to a file, or the names in a folder, is on disk. */
export async function syncFile(name: string): Promise<void> {
  const handle = await open(name, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
