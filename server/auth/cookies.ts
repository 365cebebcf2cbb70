import { sessionAbsoluteMs } from './session'

/**
 * Over https the browser itself refuses a `__Host-` cookie set by another host or path. Over plain http that
 * prefix is not allowed; the port keeps two copies on one machine apart, which cookies otherwise share.
 */
const secureName = '__Host-parallax'
const plainName = (host: string | null) => `parallax_${/:(\d{1,5})$/.exec(host ?? '')?.[1] ?? '80'}`

interface Request {
  headers: Headers
  isSecure: boolean
}

const nameFor = ({ headers, isSecure }: Request) => (isSecure ? secureName : plainName(headers.get('host')))

const attributes = (isSecure: boolean) => `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`

export const sessionCookie = (token: string, request: Request): string =>
  `${nameFor(request)}=${token}; ${attributes(request.isSecure)}; Max-Age=${sessionAbsoluteMs / 1000}`

export const clearedSessionCookie = (request: Request): string =>
  `${nameFor(request)}=; ${attributes(request.isSecure)}; Max-Age=0`

/** The session token a request carries, if any. */
export function sessionToken(headers: Headers): string | null {
  const text = headers.get('cookie')
  if (!text) return null
  const names = [secureName, plainName(headers.get('host'))]
  for (const part of text.split(';')) {
    const at = part.indexOf('=')
    const value = part.slice(at + 1).trim()
    if (at > 0 && value !== '' && names.includes(part.slice(0, at).trim())) return value
  }
  return null
}
