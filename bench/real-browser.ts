import { chromium, type Browser, type Page } from '@playwright/test'
import type { BuiltWeb } from './built-web'

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  })

/** A page of its own, signed in to the console. */
export async function signedInPage(
  browser: Browser,
  web: BuiltWeb,
  viewport: { width: number; height: number },
): Promise<Page> {
  const context = await browser.newContext({ viewport, baseURL: web.url })
  const [name = '', value = ''] = (await web.signIn()).split('=')
  await context.addCookies([{ name, value, url: web.url }])
  return context.newPage()
}
