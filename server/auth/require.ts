import { AppError } from '../platform'
import { hasRole, hasScope, type Principal, type Role, type Scope } from './principal'

export function requirePrincipal(principal: Principal | null): Principal {
  if (!principal)
    throw new AppError(
      'unauthenticated',
      'Refused: the request has no valid sign-in. Send a bearer token in the Authorization header, or sign in.',
    )
  return principal
}

export function requireRole(principal: Principal | null, role: Role): Principal & { role: Role } {
  const known = requirePrincipal(principal)
  if (known.role === null || !hasRole(known.role, role))
    throw new AppError(
      'forbidden',
      `Refused: this needs the role ${role}, you have ${known.role ?? 'none'}. Ask an administrator.`,
      {
        details: { needed: role, held: known.role },
      },
    )
  return { ...known, role: known.role }
}

export function requireScope(principal: Principal | null, scope: Scope): Principal {
  const known = requirePrincipal(principal)
  if (!hasScope(known.scopes, scope))
    throw new AppError(
      'forbidden',
      `Refused: this needs the scope ${scope}, which your sign-in does not have. Use a token that has it.`,
      {
        details: { needed: scope, held: known.scopes },
      },
    )
  return known
}
