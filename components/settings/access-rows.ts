import type { Access, Me } from '@/server/api'

type Role = Me['role']
export const roles: readonly Role[] = ['viewer', 'operator', 'admin']

export interface AccessRow {
  /** What may be done, in words. */
  says: string
  /** The procedures it stands for. */
  paths: string[]
  /** The lowest role that may. */
  role: Role
}

const words: Record<string, string> = {
  'auth.signOut': 'Sign out',
  'auth.endSessions': 'End one’s own sessions',
  'auth.changePassword': 'Change one’s own password',
  'audit.verify': 'Verify the audit chain',
  'plans.create': 'Make a plan',
  'plans.applyPlan': 'Apply a plan',
  'plans.approve': 'Approve a plan as the second person',
  'jobs.cancel': 'Cancel a job',
  'jobs.pause': 'Pause a job',
  'jobs.resume': 'Let a paused job go on',
  'pipelines.applyDefinition': 'Create or change a pipeline',
  'pipelines.remove': 'Remove a pipeline',
  'users.create': 'Add a person',
  'users.update': 'Change a person’s role, disable them, reset their password',
  'users.endSessions': 'Sign a person out everywhere',
  'tokens.create': 'Make an API token',
  'tokens.revoke': 'Revoke an API token',
  'policy.set': 'Set the policy',
}

/** `layers.setNote`: "Layers: set note". */
const spelled = (path: string): string => {
  const [noun = '', verb = ''] = path.split('.')
  const apart = (text: string) => text.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return `${noun.charAt(0).toUpperCase()}${apart(noun.slice(1))}: ${apart(verb)}`
}

/** What each role may do: what is looked at by role in one line, each change in a line of its own. */
export function accessRows({ procedures }: Pick<Access, 'procedures'>): AccessRow[] {
  const isFor = (role: Role) => (one: Access['procedures'][number]) => one.role === role
  return roles.flatMap((role) => {
    const own = procedures.filter(isFor(role))
    const looks = own.filter(({ changes }) => !changes)
    const changes = own.filter((one) => one.changes)
    const seen = [...new Set(looks.map(({ path }) => nounOf(path)))]
    const see: AccessRow[] =
      seen.length === 0 ? [] : [{ says: `See ${listed(seen)}`, paths: looks.map(({ path }) => path), role }]
    return [
      ...see,
      ...changes.map(({ path }) => ({ says: words[path] ?? spelled(path), paths: [path], role })),
    ]
  })
}

const nouns: Record<string, string> = {
  auth: 'one’s own sessions',
  live: 'live figures',
  explain: 'explanations',
  audit: 'the audit trail',
  deadLetters: 'dead letters',
  system: 'the health of the system',
  users: 'people',
  policy: 'the policy',
  access: 'who may do what',
}

function nounOf(path: string): string {
  const [noun = ''] = path.split('.')
  return nouns[noun] ?? noun.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}

const listed = (names: string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`

export const mayDo = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed)
