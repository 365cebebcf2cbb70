import { AppError } from '../platform'

export const roleNames = ['speed', 'archive', 'batch', 'slo', 'web', 'feed'] as const
export type RoleName = (typeof roleNames)[number]

/** How many processes of a role; roles not named are not run here. */
export type RoleCounts = Partial<Record<RoleName, number>>

export const defaultRoles = 'speed,archive,batch,slo,web'
const mostOfARole = 32

/** `web,speed:2,batch` as counts. The feed is a role too, started by `--feed`. */
export function parseRoles(text: string): RoleCounts {
  const counts: RoleCounts = {}
  for (const part of text.split(',').map((item) => item.trim())) {
    const [name, count = '1'] = part.split(':')
    const role = roleNames.find((known) => known === name)
    if (role === undefined || role === 'feed') refuse(`"${part}" is no role`)
    if (!/^[1-9]\d*$/.test(count) || Number(count) > mostOfARole) refuse(`"${part}" has no good count`)
    if (role === 'web' && count !== '1') refuse('one start runs one web process, which has the port')
    counts[role] = Number(count)
  }
  return counts
}

function refuse(why: string): never {
  throw new AppError(
    'bad_request',
    `Reading --roles failed: ${why}. Use a list of web, speed, batch, archive and slo, like web,speed:2,batch.`,
  )
}
