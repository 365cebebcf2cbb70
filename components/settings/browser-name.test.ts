import { expect, it } from 'vitest'
import { browserName } from './browser-name'

const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

it.each([
  [chrome, 'Chrome on Linux'],
  [`${chrome} Edg/140.0.0.0`.replace('X11; Linux x86_64', 'Windows NT 10.0'), 'Edge on Windows'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Version/18 Safari/605.1', 'Safari on macOS'],
  ['curl/8.5.0', 'curl/8.5.0'],
  [null, 'Unknown browser'],
])('%j is shown as %j', (agent, name) => {
  expect(browserName(agent)).toBe(name)
})
