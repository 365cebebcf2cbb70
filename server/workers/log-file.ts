import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs'

const limitBytes = 32 * 1024 * 1024

export interface LogFile {
  write(line: string): void
  close(): void
}

/** Lines appended to a file; at its limit it becomes `<file>.1`, in place of the one before. */
export function openLogFile(file: string): LogFile {
  let descriptor = openSync(file, 'a', 0o600)
  let bytes = statSync(file).size
  return {
    write(line) {
      if (bytes > limitBytes) {
        closeSync(descriptor)
        renameSync(file, `${file}.1`)
        descriptor = openSync(file, 'a', 0o600)
        bytes = 0
      }
      bytes += writeSync(descriptor, `${line}\n`)
    },
    close() {
      closeSync(descriptor)
    },
  }
}
