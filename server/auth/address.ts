/**
 * Where a request comes from, as the web process itself has written it: from the socket, or from what a trusted proxy
 * saw. It only ever slows down or warns: the limits on an account hold whatever the address says.
 */
export const addressOf = (headers: Headers): string =>
  headers.get('x-forwarded-for')?.split(',').at(-1)?.trim().slice(0, 64) ?? 'unknown'
