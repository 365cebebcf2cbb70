import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export const natsUsers = ['provisioner', 'gateway', 'worker', 'batch'] as const
export type NatsUser = (typeof natsUsers)[number]

interface Grants {
  publish: readonly string[]
  subscribe: readonly string[]
}

/** Asking about streams and reading them: nothing of it changes a stream or a message. */
const reading = [
  '$JS.API.INFO',
  '$JS.API.STREAM.INFO.*',
  '$JS.API.STREAM.LIST',
  '$JS.API.STREAM.NAMES',
  '$JS.API.STREAM.MSG.GET.*',
  '$JS.API.DIRECT.GET.>',
  '$JS.API.CONSUMER.CREATE.>',
  '$JS.API.CONSUMER.DURABLE.CREATE.>',
  '$JS.API.CONSUMER.INFO.*.*',
  '$JS.API.CONSUMER.LIST.*',
  '$JS.API.CONSUMER.NAMES.*',
  '$JS.API.CONSUMER.DELETE.*.*',
  '$JS.API.CONSUMER.MSG.NEXT.*.*',
]
const hearing = ['_INBOX.>', 'control.>']

/**
 * Who may say and hear what. Only the provisioner may make, change or delete streams; nobody reaches the system
 * account. A role's process has the credentials of its own user alone. docs/nats-permissions.md is this table in words.
 */
export const natsGrants: Readonly<Record<NatsUser, Grants>> = {
  provisioner: { publish: ['$JS.API.>', 'events.>', 'control.>'], subscribe: hearing },
  gateway: {
    publish: [...reading, 'events.>', 'quarantine.>', 'views.>', 'control.>'],
    subscribe: [...hearing, 'audit.>'],
  },
  worker: { publish: [...reading, 'views.>', 'control.>'], subscribe: hearing },
  batch: {
    publish: [...reading, 'events.>', 'corrections.>', 'audit.>', 'views.>', 'control.>'],
    subscribe: [...hearing, 'views.>'],
  },
}

/** What every user is denied, whatever it is granted. */
export const natsDenied = ['$SYS.>']

export type NatsPasswords = Readonly<Record<NatsUser, string>>

const usersFile = (dir: string) => `${dir}.users`

/** Made once for a store's folder and kept beside it, so that clients can reconnect to a restarted server. */
export function ensureNatsPasswords(dir: string): NatsPasswords {
  const known = readPasswords(dir)
  if (known !== null && natsUsers.every((user) => typeof known[user] === 'string'))
    return known as NatsPasswords
  const made = Object.fromEntries(
    natsUsers.map((user) => [user, known?.[user] ?? randomBytes(24).toString('base64url')]),
  ) as unknown as NatsPasswords
  writeFileSync(usersFile(dir), JSON.stringify(made), { mode: 0o600 })
  return made
}

function readPasswords(dir: string): Partial<NatsPasswords> | null {
  return existsSync(usersFile(dir))
    ? (JSON.parse(readFileSync(usersFile(dir), 'utf8')) as Partial<NatsPasswords>)
    : null
}

export const natsUrls = (port: number, passwords: NatsPasswords): Record<NatsUser, string> =>
  Object.fromEntries(
    natsUsers.map((user) => [user, `nats://${user}:${passwords[user]}@127.0.0.1:${port}`]),
  ) as Record<NatsUser, string>

/** The address of the private nats-server that runs on a data folder, for one of its users; null: there is none. */
export function natsUrlOf(dataDir: string, user: NatsUser): string | null {
  const dir = path.join(dataDir, 'nats')
  const passwords = readPasswords(dir)
  if (passwords === null || !existsSync(`${dir}.port`)) return null
  return natsUrls(Number(readFileSync(`${dir}.port`, 'utf8')), passwords as NatsPasswords)[user]
}

/** The part of the server's configuration that lets in these users and nobody else. */
export function authorization(passwords: NatsPasswords): string {
  const list = (subjects: readonly string[]) =>
    `[${subjects.map((subject) => JSON.stringify(subject)).join(', ')}]`
  const permission = (subjects: readonly string[]) =>
    `{ allow: ${list(subjects)}, deny: ${list(natsDenied)} }`
  const users = natsUsers.map((user) => {
    const { publish, subscribe } = natsGrants[user]
    return `    { user: ${user}, password: ${JSON.stringify(passwords[user])}, permissions: {
        publish: ${permission(publish)}, subscribe: ${permission(subscribe)} } }`
  })
  return `authorization {\n  users: [\n${users.join(',\n')}\n  ]\n}\n`
}
