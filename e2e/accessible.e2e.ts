import { expect, test } from '@playwright/test'
import { expectAccessible } from './axe'
import { chart, openPipeline } from './figures'
import { expectFits } from './fits'
import { signIn } from './session'

for (const width of [1440, 390]) {
  test(`every screen is free of accessibility faults in both themes at ${width} px`, async ({ page }) => {
    test.setTimeout(360_000)
    await page.setViewportSize({ width, height: 900 })
    await signIn(page)
    await expect(page.getByRole('link', { name: 'departures' })).toBeVisible()
    await expectAccessible(page)
    await openPipeline(page)
    for (const mode of ['Both layers', 'Difference', 'Merged']) {
      await page.getByRole('radio', { name: mode }).click()
      await expectAccessible(page)
    }
    await page.getByRole('tab', { name: 'Definition' }).click()
    await expect(page.getByText('apiVersion: parallax/v1')).toBeVisible()
    await expectAccessible(page)
    await page.getByRole('tab', { name: 'History' }).click()
    await expect(page.getByRole('region', { name: 'Definitions' }).getByRole('row').nth(1)).toBeVisible()
    await expectAccessible(page)
    await page.goto('/divergence')
    await expect(page.getByRole('application', { name: /^Relative error/ })).toBeVisible({
      timeout: 90_000,
    })
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Show as table' }).click()
    await expect(page.getByRole('button', { name: 'Show as map' })).toBeVisible()
    await expectAccessible(page)
    await page.goto('/divergence?map=pipelines')
    await expect(page.getByRole('application', { name: /^Largest relative error/ })).toBeVisible()
    await expectAccessible(page)
    await page.goto('/jobs')
    await expect(page.getByRole('region', { name: 'Recent jobs' })).toBeVisible()
    await expectAccessible(page)
    await page.goto('/audit?entry=1')
    await expect(page.getByText('The hash holds')).toBeVisible()
    await expectAccessible(page)
    for (const section of ['account', 'people', 'tokens', 'roles', 'policy']) {
      await page.goto(`/settings?section=${section}`)
      await expect(page.getByRole('tabpanel').locator('table, form, .note').first()).toBeVisible()
      await expectAccessible(page)
    }
  })

  test(`dialogs are free of accessibility faults in both themes at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 })
    await signIn(page)
    await openPipeline(page)
    await page.getByRole('main').getByRole('button', { name: 'Backfill…' }).first().click()
    await expect(page.getByRole('dialog').getByText(/expires in/)).toBeVisible()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Shortcuts' })).toBeVisible()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await expect(page.getByPlaceholder('Find a pipeline, or act')).toBeFocused()
    await expectAccessible(page)
  })
}

test('nothing on a phone scrolls sideways', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await signIn(page)
  for (const path of [
    '/pipelines',
    '/pipelines/departures',
    '/pipelines/route-minutes',
    '/divergence',
    '/jobs',
    '/audit',
    '/settings',
    '/settings?section=roles',
  ]) {
    await page.goto(path)
    if (path.includes('/pipelines/')) await expect(chart(page)).toBeVisible()
    await expectFits(page)
  }
})

test('the chosen theme stays over a reload and beats the system', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await signIn(page)
  await page.getByRole('button', { name: 'Theme' }).first().click()
  await page.getByRole('menuitemradio', { name: 'Dark' }).click()
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})
