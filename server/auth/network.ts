import ipaddr from 'ipaddr.js'

/**
 * What an address is counted as. Whoever has one IPv6 address has 2^64 of them, so the network of /64 counts as one;
 * an IPv4 address in IPv6's clothes is the IPv4 address.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`
}
