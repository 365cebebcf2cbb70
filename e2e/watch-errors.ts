import { expect, type Page } from '@playwright/test'

/** Everything the browser complains about, and every request that leaves this machine; to be empty at the end. */
export function watchErrors(page: Page): { none: () => void } {
  const seen: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') seen.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => seen.push(`error: ${error.message}`))
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    if (protocol.startsWith('http') && hostname !== '127.0.0.1')
      seen.push(`left this machine: ${request.url()}`)
  })
  return { none: () => expect(seen).toEqual([]) }
}
