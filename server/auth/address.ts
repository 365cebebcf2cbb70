/**
 * Where a request comes from: Next sets the header from the socket, and a proxy in front of it from what it saw.
 * Spoofable, so it only ever slows down or warns: the limits on an account hold whatever the address says.
 */
export const addressOf = (headers: Headers): string =>
  headers.get('x-forwarded-for')?.split(',').at(-1)?.trim().slice(0, 64) ?? 'unknown'
