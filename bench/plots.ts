import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Growth } from './growth'
import { plotOf } from './growth-plot'

/** Draws every growth table of docs/performance/*.json beside it. */
const dir = path.resolve(import.meta.dirname, '..', 'docs', 'performance')
for (const file of readdirSync(dir).filter((name) => name.startsWith('growth.') && name.endsWith('.json'))) {
  const growth = JSON.parse(readFileSync(path.join(dir, file), 'utf8')) as Growth
  const drawing = path.join(dir, file.replace(/json$/, 'svg'))
  writeFileSync(drawing, plotOf(growth))
  console.log(path.relative(process.cwd(), drawing))
}
