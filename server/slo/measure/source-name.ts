import { hostname } from 'node:os'
import { newId } from '../../platform'

/** Names this run of a process: what it wrote before it was restarted is of another source, and stays. */
export const sourceName = (role: string): string =>
  `${role}-${hostname()}-${process.pid}-${newId().slice(0, 8)}`
