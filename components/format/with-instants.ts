import { formatNear } from './instant'
import type { Zone } from './instant'

const iso = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g

/** A sentence of the server with its instants as this screen writes them. */
export function withInstants(text: string, zone: Zone, now: number): string {
  return text.replace(iso, (match) => formatNear(Date.parse(match), zone, now, 'second'))
}
