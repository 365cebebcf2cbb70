import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** The port remembered in `file` when it is still free, else another, which is remembered. */
export async function rememberedPort(file: string): Promise<number> {
  const remembered = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  const port = remembered > 0 && (await tryListen(remembered)) !== null ? remembered : await freePort()
  writeFileSync(file, String(port))
  return port
}

export async function freePort(): Promise<number> {
  const port = await tryListen(0)
  if (port === null) throw new Error('no free port on 127.0.0.1')
  return port
}

function tryListen(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => {
      resolve(null)
    })
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : null)
      })
    })
  })
}
