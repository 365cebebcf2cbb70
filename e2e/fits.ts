import { expect, type Page } from '@playwright/test'

/** Nothing scrolls sideways: the page is no wider than its window. */
export async function expectFits(page: Page): Promise<void> {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(overflow, page.url()).toBeLessThanOrEqual(0)
}
