import { expect, type Locator, type Page } from '@playwright/test'

export async function openPipeline(page: Page, name = 'departures', query = 'range=15m'): Promise<void> {
  await page.goto(`/pipelines/${name}?${query}`)
  await expect(chart(page)).toBeVisible()
}

export const chart = (page: Page): Locator => page.locator('figure.chart svg.recharts-surface').first()

/** A figure of the strip by its label, as text. */
export async function figure(page: Page, label: string): Promise<string> {
  const item = page.locator('.strip-figure', { has: page.locator('dt', { hasText: label }) })
  return (await item.locator('.strip-value').innerText()).trim()
}

/** How many events the speed layer has read, as the strip says. */
export async function eventsRead(page: Page): Promise<number> {
  const item = page.locator('.strip-figure', { hasText: 'Late, duplicate, invalid' })
  const note = await item.locator('.strip-note').innerText()
  return Number(/of ([\d,]+) events/.exec(note)?.[1]?.replaceAll(',', ''))
}

/** The boundary in the strip as seconds of the day; NaN when there is none yet. */
export async function boundarySeconds(page: Page): Promise<number> {
  const [h, m, s] = (await figure(page, 'Boundary')).split(':').map(Number)
  return h === undefined || m === undefined || s === undefined ? Number.NaN : h * 3600 + m * 60 + s
}

export const versions = (page: Page): Locator => page.getByRole('region', { name: 'Versions' })
