import { execFileSync } from 'node:child_process'

/** A network of its own for some processes, joined to ours by one cable. Needs root. */
export interface Netns extends AsyncDisposable {
  /** Our end's address, as they see it. */
  host: string
  /** What runs a command in there. */
  wrap: readonly string[]
  /** The cable is pulled, or put in again. */
  plug(isIn: boolean): void
  /** What we send does not arrive, while what they send does; or it does again. */
  deafen(isDeaf: boolean): void
}

/** Why there can be none here; null: there can. */
export function whyNoNetns(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'network namespaces need root on Linux; the proxies of network.ftest.ts show the same from outside'
  try {
    ip('netns', 'add', 'parallax-try')
    ip('netns', 'del', 'parallax-try')
    return null
  } catch (error) {
    return `this machine makes no network namespaces: ${String(error)}`
  }
}

export function openNetns(): Netns {
  const name = `parallax-${process.pid}`
  const [ours, theirs] = [`px${process.pid % 100_000}h`, `px${process.pid % 100_000}n`]
  const subnet = `10.219.${process.pid % 250}`
  ip('netns', 'add', name)
  ip('link', 'add', ours, 'type', 'veth', 'peer', 'name', theirs)
  ip('link', 'set', theirs, 'netns', name)
  ip('addr', 'add', `${subnet}.1/24`, 'dev', ours)
  ip('link', 'set', ours, 'up')
  ip('-n', name, 'addr', 'add', `${subnet}.2/24`, 'dev', theirs)
  ip('-n', name, 'link', 'set', theirs, 'up')
  ip('-n', name, 'link', 'set', 'lo', 'up')
  return {
    host: `${subnet}.1`,
    wrap: ['ip', 'netns', 'exec', name],
    plug(isIn) {
      // Their end: ours keeps its address, so that whoever listens there goes on.
      ip('-n', name, 'link', 'set', theirs, isIn ? 'up' : 'down')
    },
    deafen(isDeaf) {
      // Packets go out to a card that nobody has.
      if (isDeaf)
        ip('neigh', 'replace', `${subnet}.2`, 'lladdr', '02:00:00:00:00:01', 'dev', ours, 'nud', 'permanent')
      else ip('neigh', 'del', `${subnet}.2`, 'dev', ours)
    },
    async [Symbol.asyncDispose]() {
      ip('netns', 'del', name)
    },
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' })
}
