export const roles = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

/** What an API token may do. `admin` includes all others. */
export const scopes = ['events:write', 'read', 'pipelines:write', 'plans:write', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** Who is asking. `via` decides whether a write must prove that it comes from our own pages. */
export interface Principal {
  kind: 'user' | 'token'
  /** User id or token id. */
  id: string
  /** E-mail of the user, or `token:<name>`: the actor in the audit trail. */
  name: string
  /** Null for a token whose scopes do not even let it read. */
  role: Role | null
  scopes: Scope[]
  via: 'cookie' | 'bearer'
}

const scopesByRole: Record<Role, Scope[]> = {
  viewer: ['read'],
  operator: ['read', 'events:write', 'pipelines:write', 'plans:write'],
  admin: ['read', 'events:write', 'pipelines:write', 'plans:write', 'admin'],
}

export const scopesOfRole = (role: Role): Scope[] => scopesByRole[role]

/** The highest role whose procedures a token with these scopes may call. */
export function roleOfScopes(held: readonly Scope[]): Role | null {
  if (held.includes('admin')) return 'admin'
  if (held.includes('pipelines:write') && held.includes('plans:write') && held.includes('read'))
    return 'operator'
  return held.includes('read') ? 'viewer' : null
}

export const hasRole = (held: Role, needed: Role): boolean => roles.indexOf(held) >= roles.indexOf(needed)

export const hasScope = (held: readonly Scope[], needed: Scope): boolean =>
  held.includes(needed) || held.includes('admin')
