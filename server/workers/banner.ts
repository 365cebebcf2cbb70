import { defaultAdminEmail } from '../auth'

interface Facts {
  url: string | null
  admin: { email: string; password: string | null } | null
  adminEmail: string | undefined
  feed: boolean
  say: (line: string) => void
}

/** What to do next: the last lines of a start. */
export function banner({ url, admin, adminEmail, feed, say }: Facts): void {
  say('')
  say(`Parallax is ready:  ${url ?? 'no web role here'}`)
  say(`Sign in:            ${admin?.email ?? adminEmail ?? defaultAdminEmail}`)
  say(`Password:           ${passwordLine(admin)}`)
  if (feed) say('Sample feed:        real US flights of 2001, a minute a second (turn off: --feed none)')
  say('Stop:               Ctrl-C')
}

function passwordLine(admin: Facts['admin']): string {
  if (admin === null) return 'as set at the first start'
  return admin.password ?? 'as in PARALLAX_ADMIN_PASSWORD'
}
