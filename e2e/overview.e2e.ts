import { expect, test, type Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { expectFits } from './fits'
import { admin, signIn, signInAsViewer } from './session'
import { watchErrors } from './watch-errors'

const panel = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

async function drawn(page: Page): Promise<void> {
  for (const name of ['Fresh', 'Right', 'Cost', 'Objectives', 'Batch'])
    await expect(panel(page, name)).toBeVisible()
  await expect(panel(page, 'Objectives').getByRole('row').nth(1)).toBeVisible({ timeout: 90_000 })
}

test('the first page says how fresh, how right and what it cost, each linked to its evidence', async ({
  page,
}) => {
  const errors = watchErrors(page)
  await signIn(page, admin, '/')
  await drawn(page)
  await expect(panel(page, 'Fresh')).toContainText(/pipelines? (are|is) (current|late)/)
  await expect(panel(page, 'Fresh').getByRole('link', { name: 'departures' }).first()).toBeVisible()
  await expect(panel(page, 'Cost').getByText('What a month costs')).toBeVisible()
  await expect(panel(page, 'Batch').getByText(/Longest/)).toBeVisible()
  await panel(page, 'Fresh')
    .getByRole('link', { name: /^Overall freshness/ })
    .click()
  await expect(page).toHaveURL(/\/objectives\/all-freshness/)
  await page.goBack()
  await panel(page, 'Objectives').getByRole('link', { name: 'All' }).click()
  await expect(page).toHaveURL(/\/objectives$/)
  errors.none()
})

test('it is live: its time moves on without a reload', async ({ page }) => {
  await signIn(page, admin, '/')
  await drawn(page)
  const asOf = page.getByText(/As of /)
  const before = await asOf.innerText()
  await expect(asOf).not.toHaveText(before)
})

test('the range in the address decides how far the spells look back', async ({ page }) => {
  await signIn(page, admin, '/?range=6h')
  await drawn(page)
  await expect(panel(page, 'Fresh')).toContainText('spells in 6 h')
  await page.goto('/')
  await expect(panel(page, 'Fresh')).toContainText('spells in 24 h')
})

test('a kiosk has no chrome, and Esc leaves it', async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 1080 })
  await signIn(page, admin, '/')
  await page.goto('/?kiosk=1')
  await drawn(page)
  await expect(page.locator('.kiosk').getByText('Live', { exact: true })).toBeVisible()
  const covered = await page.evaluate(() => {
    const at = document.elementFromPoint(20, 60)
    return at?.closest('.kiosk') !== null
  })
  expect(covered).toBe(true)
  await expectAccessible(page)
  await expect(async () => {
    await page.keyboard.press('Escape')
    await expect(page).not.toHaveURL(/kiosk/, { timeout: 1_000 })
  }).toPass()
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible()
})

test('it prints light, without chrome, on at most two pages', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' })
  await signIn(page, admin, '/')
  await drawn(page)
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true })
  const pages = pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g)?.length ?? 0
  expect(pages).toBeGreaterThan(0)
  expect(pages).toBeLessThanOrEqual(2)
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeHidden()
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('light')
})

for (const width of [1440, 390])
  test(`the overview has no accessibility fault in both themes at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 })
    await signIn(page, admin, '/')
    await drawn(page)
    await expectAccessible(page)
    await expectFits(page)
  })

test('a viewer reads the same page', async ({ page }) => {
  await signInAsViewer(page, '/')
  await drawn(page)
})
