import { readdir, readFile } from 'node:fs/promises'
import type { Product } from './start-product'

export type Part = 'speed' | 'archive' | 'batch' | 'slo' | 'web' | 'nats-server' | 'postgres'

/** The process of a part of the product, to kill or to stop it. */
export async function pidOf(product: Product, part: Part): Promise<number> {
  // Postgres is not among the descendants: it detaches itself.
  const among = part === 'postgres' ? await allPids() : await productPids(product)
  for (const pid of among) if (isPart(product, part, await commandOf(pid))) return pid
  throw new Error(`the product has no process ${part}`)
}

function isPart(product: Product, part: Part, command: string): boolean {
  if (part === 'postgres') return command.includes(`-D ${product.dataDir}`)
  if (part === 'nats-server') return command.includes('nats-server -c')
  return part === 'web' ? /next|role web/.test(command) : command.includes(`role ${part}`)
}

/** Every descendant of the started process. */
export async function productPids(product: Product): Promise<number[]> {
  const parents = new Map<number, number>()
  for (const pid of await allPids()) {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    if (Number.isFinite(parent)) parents.set(pid, parent)
  }
  const isOurs = (pid: number): boolean => {
    const parent = parents.get(pid)
    if (parent === undefined || parent <= 1) return false
    return parent === product.process.pid || isOurs(parent)
  }
  return [...parents.keys()].filter(isOurs)
}

const allPids = async (): Promise<number[]> =>
  (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)

const commandOf = async (pid: number): Promise<string> =>
  (await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')
