import { expect, test } from '@playwright/test'
import { expectAccessible } from './axe'
import { expectFits } from './fits'
import { signIn } from './session'
import { watchErrors } from './watch-errors'

const panels = [
  'Processing latency',
  'Retries',
  'Top offenders',
  'Samples of a key',
  'Schema changes',
  'Validation errors',
  'Resources and contention',
]

test('debug shows latency, retries, keys, schemas and resources of a pipeline', async ({ page }) => {
  const errors = watchErrors(page)
  await signIn(page, undefined, '/debug?pipeline=departures')
  for (const name of panels) await expect(page.getByRole('region', { name })).toBeVisible()
  const map = page.getByRole('application', { name: /^Event to view of departures/ })
  await expect(map).toBeVisible({ timeout: 120_000 })
  await map.focus()
  await page.keyboard.press('ArrowLeft')
  await expect(page.locator('.latency-tip')).toBeVisible()
  await page.getByRole('radio', { name: 'Reads' }).click()
  await expect(page).toHaveURL(/indicator=latency/)
  errors.none()
})

test('a key that is pressed shows its samples, which explain themselves', async ({ page }) => {
  await signIn(page, undefined, '/debug?pipeline=departures&range=6h')
  const offenders = page.getByRole('region', { name: 'Top offenders' })
  const key = offenders.getByRole('button').filter({ hasText: /^[A-Z]{3}$/ })
  await expect(key.first()).toBeVisible({ timeout: 120_000 })
  await key.first().click()
  await expect(page).toHaveURL(/key=/)
  await page
    .getByRole('region', { name: 'Samples of a key' })
    .getByRole('button', { name: 'Explain' })
    .first()
    .click()
  await expect(page).toHaveURL(/explain=/)
})

for (const width of [1440, 390])
  test(`debug is free of accessibility faults in both themes at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 })
    await signIn(page, undefined, '/debug?pipeline=departures')
    await expect(page.getByRole('region', { name: 'Resources and contention' })).toBeVisible()
    await expectAccessible(page)
    await expectFits(page)
  })
