import ipaddr from 'ipaddr.js'
import { AppError } from '../../platform'

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Which addresses are our own proxies: only what these say of a client is believed. */
export type IsTrusted = (address: string) => boolean

const named: Record<string, string[]> = { loopback: ['127.0.0.0/8', '::1/128'] }

/** Reads PARALLAX_TRUSTED_PROXIES: addresses, CIDR ranges and `loopback`, separated by commas. */
export function readTrustedProxies(text: string | undefined): IsTrusted {
  const ranges = (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .flatMap((part) => named[part] ?? [part])
    .map(rangeOf)
  return (address) => {
    const parsed = parsedAddress(address)
    if (parsed === null) return false
    return ranges.some(([base, bits]) => parsed.kind() === base.kind() && parsed.match(base, bits))
  }
}

export const isLoopback: IsTrusted = readTrustedProxies('loopback')

/** `::ffff:10.0.0.1` is the IPv4 address it stands for. */
function parsedAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  return ipaddr.isValid(text) ? ipaddr.process(text) : null
}

function rangeOf(text: string): Range {
  try {
    const [base = '', bits] = text.split('/')
    // The library takes `10.0.0` for an old way of writing 10.0.0.0: nobody means that here.
    if (!base.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(base)) throw new Error('not four numbers')
    if (bits !== undefined) return ipaddr.parseCIDR(text)
    const address = ipaddr.process(text)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  } catch (error) {
    throw new AppError(
      'bad_request',
      `Reading PARALLAX_TRUSTED_PROXIES failed: ${JSON.stringify(text.slice(0, 60))} is no address or range. Write it as 10.0.0.7, 10.0.0.0/8 or loopback.`,
      { cause: error },
    )
  }
}
