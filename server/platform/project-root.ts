import { existsSync } from 'node:fs'
import path from 'node:path'

let found: string | undefined

/** The folder of the checkout, where prisma/, scripts/ and node_modules/ are. */
export function projectRoot(): string {
  found ??=
    process.env.PARALLAX_ROOT ?? search(process.cwd()) ?? search(process.argv[1] ?? '') ?? process.cwd()
  return found
}

function search(from: string): string | null {
  for (let dir = path.resolve(from); ; dir = path.dirname(dir)) {
    if (existsSync(path.join(dir, 'prisma', 'schema.prisma'))) return dir
    if (dir === path.dirname(dir)) return null
  }
}
