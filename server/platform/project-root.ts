import { existsSync } from 'node:fs'
import path from 'node:path'

let found: string | undefined

/** The folder of the checkout, where prisma/, scripts/ and node_modules/ are; the process starts in it or below it. */
export function projectRoot(): string {
  found ??= process.env.PARALLAX_ROOT ?? searchUpwards(process.cwd())
  return found
}

function searchUpwards(from: string): string {
  for (let dir = from; ; dir = path.dirname(dir)) {
    if (existsSync(path.join(dir, 'prisma', 'schema.prisma'))) return dir
    if (dir === path.dirname(dir)) return from
  }
}
