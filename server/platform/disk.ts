import { statfs } from 'node:fs/promises'
import path from 'node:path'

export interface DiskSpace {
  totalBytes: number
  /** To be had by an ordinary user. */
  freeBytes: number
}

/** The file system that holds a path, or that would hold it. */
export async function readDisk(place: string): Promise<DiskSpace> {
  for (let at = path.resolve(place); ; at = path.dirname(at)) {
    try {
      const { bsize, blocks, bfree, bavail } = await statfs(at)
      // As df counts: what only root may use is neither used nor free.
      return { totalBytes: (blocks - bfree + bavail) * bsize, freeBytes: bavail * bsize }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || at === path.dirname(at)) throw error
    }
  }
}
