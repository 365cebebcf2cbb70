import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const tokenFile = (dataDir: string) => path.join(dataDir, 'api-token')

/** The token of the command line on this machine: whoever may read the data folder may use it. */
export function readLocalToken(dataDir: string): string | null {
  const file = tokenFile(dataDir)
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

export function ensureLocalToken(dataDir: string): string {
  const known = readLocalToken(dataDir)
  if (known !== null && known !== '') return known
  const token = randomBytes(32).toString('base64url')
  writeFileSync(tokenFile(dataDir), token, { mode: 0o600 })
  return token
}
