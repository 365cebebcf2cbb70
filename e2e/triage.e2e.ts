import { expect, test } from '@playwright/test'
import { expectAccessible } from './axe'
import { expectFits } from './fits'
import { call } from './plan'
import { signIn, signInAsViewer } from './session'
import { watchErrors } from './watch-errors'

const panels = ['Backlog', 'Slow and failed traces', 'Failing jobs', 'Recent divergence']

test('triage shows every panel of the on-call, live', async ({ page }) => {
  const errors = watchErrors(page)
  await signIn(page, undefined, '/triage')
  await expect(page.getByRole('region', { name: 'Alerts by cause' })).toBeVisible()
  for (const name of panels) await expect(page.getByRole('region', { name })).toBeVisible()
  const backlog = page.getByRole('region', { name: 'Backlog' })
  await expect(backlog.getByRole('row').filter({ hasText: 'departures' }).first()).toBeVisible()
  await expect(backlog).toContainText('Time to data loss')
  errors.none()
})

test('a cause opens from the keyboard, and what it is about is in the address', async ({ page }) => {
  await signIn(page, undefined, '/triage')
  const rows = page.locator('.alert-row')
  await expect(rows.first()).toBeVisible({ timeout: 90_000 })
  await expect(async () => {
    await page.keyboard.press('j')
    await expect(page.locator('.alert-row[data-selected="true"]')).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/alert=/)
  await expect(page.locator('.alert-detail:visible')).toBeVisible()
})

test('an action beside a cause opens its plan or its place, and a paused pipeline offers to go on', async ({
  page,
}) => {
  await signIn(page)
  const made = await call(page, 'plans.create', {
    kind: 'pause',
    pipeline: 'departures',
    options: { layer: 'speed' },
  })
  expect(made.status).toBe(200)
  const { id } = made.data as { id: string }
  expect((await call(page, 'plans.applyPlan', { id, reason: 'To see triage say so' })).status).toBe(200)
  await page.goto('/triage')
  const row = page.getByRole('region', { name: 'Backlog' }).getByRole('row').filter({ hasText: 'Paused' })
  await expect(row).toContainText('departures')
  await page.getByRole('button', { name: 'Resume speed…' }).first().click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('heading', { name: /^Resume/ })).toBeVisible()
  await dialog.getByLabel(/^Reason/).fill('Seen')
  await dialog.getByRole('button', { name: /^Resume/ }).click()
  await expect(dialog).toBeHidden()
  await expect(row).toBeHidden()
})

test('a viewer may look at triage, not press', async ({ page }) => {
  await signInAsViewer(page, '/triage')
  await expect(page.getByRole('region', { name: 'Backlog' })).toBeVisible()
  const acknowledge = page.getByRole('button', { name: 'Acknowledge' }).first()
  if (await acknowledge.isVisible()) await expect(acknowledge).toHaveAttribute('aria-disabled', 'true')
})

for (const width of [1440, 390])
  test(`triage is free of accessibility faults in both themes at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 })
    await signIn(page, undefined, '/triage')
    await expect(page.getByRole('region', { name: 'Failing jobs' })).toBeVisible()
    await expectAccessible(page)
    await expectFits(page)
  })
