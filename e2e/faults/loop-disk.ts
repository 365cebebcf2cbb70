import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own in a file, so that the power of just this disk can be cut. */
export interface LoopDisk extends AsyncDisposable {
  dir: string
  /** What is on the disk at this instant, as another disk: what was only in memory is not there. */
  cut(): LoopDisk
}

/** Why there can be none here; null: there can. */
export function whyNoLoopDisk(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'cutting the power of a disk needs root on Linux, for a loop device'
  try {
    const disk = openLoopDisk(16)
    void disk[Symbol.asyncDispose]()
    return null
  } catch (error) {
    return `this machine mounts no loop device: ${String(error)}`
  }
}

export function openLoopDisk(megabytes: number): LoopDisk {
  const home = mkdtempSync(join(tmpdir(), 'parallax-disk-'))
  chmodSync(home, 0o755)
  const image = join(home, 'image')
  execFileSync('truncate', ['-s', `${megabytes}M`, image])
  execFileSync('mkfs.ext4', ['-q', '-F', image])
  const disk = mounted(home, image)
  return {
    ...disk,
    async [Symbol.asyncDispose]() {
      await disk[Symbol.asyncDispose]()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function mounted(home: string, image: string): LoopDisk {
  const dir = `${image}.mount`
  mkdirSync(dir)
  execFileSync('mount', ['-o', 'loop', image, dir], { stdio: 'pipe' })
  chmodSync(dir, 0o755)
  return {
    dir,
    cut() {
      const copy = `${image}-cut`
      execFileSync('cp', ['--sparse=always', image, copy])
      return mounted(home, copy)
    },
    async [Symbol.asyncDispose]() {
      execFileSync('umount', ['-l', dir])
      rmSync(image, { force: true })
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
