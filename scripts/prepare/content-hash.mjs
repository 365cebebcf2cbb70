import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './run.mjs'

const skipped = /(^|\/)(generated|node_modules)(\/|$)|[.](test|itest)[.]tsx?$/

/** One hash over the paths and bytes of files and folders, tests and generated code left out. */
export function contentHash(places) {
  const hash = createHash('sha256')
  for (const place of places) {
    for (const file of filesOf(place))
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(path.join(root, file)))
  }
  return hash.digest('hex')
}

function filesOf(place) {
  const full = path.join(root, place)
  if (skipped.test(place) || !existsSync(full)) return []
  if (!statSync(full).isDirectory()) return [place]
  return readdirSync(full)
    .sort()
    .flatMap((name) => filesOf(`${place}/${name}`))
}

/** Runs `make` unless `stamp` says that it ran for the same content and `output` is there. */
export async function whenChanged({ stamp, output, places }, make) {
  const file = path.join(root, stamp)
  const hash = contentHash(places)
  if (existsSync(file) && readFileSync(file, 'utf8') === hash && existsSync(path.join(root, output)))
    return false
  await make()
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, hash)
  return true
}
