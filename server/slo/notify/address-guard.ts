import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { AppError } from '../../platform'

/** Whether an address is one that the whole internet can reach. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  // An IPv4 address in IPv6 clothes is judged as what it is.
  return ipaddr.process(address).range() === 'unicast'
}

export class RefusedAddress extends AppError {
  constructor(host: string) {
    super(
      'bad_request',
      `Calling ${host} was refused: it is an internal address. Use a public one, or allow internal addresses for the channel and the installation.`,
    )
  }
}

/** Resolves names as the system does and refuses those that lead inside, at the moment of connecting. */
export function guardedLookup(resolve: typeof systemLookup = systemLookup): LookupFunction {
  return (hostname, options: LookupOptions, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) {
        callback(error, '')
        return
      }
      const [first] = found
      if (!first || !found.every(({ address }) => isPublicAddress(address)))
        callback(new RefusedAddress(hostname), '')
      else if (options.all === true) callback(null, found)
      else callback(null, first.address, first.family)
    })
  }
}

/** A host given as an address is not looked up: it is judged here. */
export function checkHost(host: string): void {
  const bare = host.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0 && !isPublicAddress(bare)) throw new RefusedAddress(host)
}
