import { expect, test } from '@playwright/test'
import { boundarySeconds, openPipeline, versions } from './figures'
import { signIn } from './session'
import { watchErrors } from './watch-errors'

test.describe.configure({ mode: 'serial' })

test('a recompute shows its plan, needs a reason, runs as a job, and the boundary moves', async ({
  page,
}) => {
  const errors = watchErrors(page)
  await signIn(page)
  await openPipeline(page)
  const before = await boundarySeconds(page)
  await page.getByRole('main').getByRole('button', { name: 'Recompute…' }).first().click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('heading', { name: /^Recompute departures/ })).toBeVisible()
  await expect(dialog.getByText('What it touches')).toBeVisible()
  await expect(dialog.getByText(/expires in/)).toBeVisible()
  await expect(dialog.getByText('give a reason first')).toBeVisible()
  await dialog.getByLabel(/^Reason/).fill('Confirm the last quarter of an hour')
  await page.keyboard.press('Control+Enter')
  await expect(dialog).toBeHidden()
  await expect(page.getByText(/Recompute departures.*: done/)).toBeVisible({ timeout: 90_000 })
  await expect
    .poll(async () => {
      const after = await boundarySeconds(page)
      return Number.isNaN(before) ? !Number.isNaN(after) : after !== before
    })
    .toBe(true)
  await expect(versions(page).getByRole('listitem').first()).toContainText('serving')
  await expect(page.locator('figure.chart text.boundary').first()).toHaveText('batch, exact')
  errors.none()
})

test('a roll back moves what answers, and rolling forward again undoes it', async ({ page }) => {
  await signIn(page)
  await openPipeline(page)
  const first = versions(page).getByRole('listitem').first()
  await expect(first).toContainText('serving')
  const name = /v\d+/.exec(await first.innerText())?.[0] ?? ''
  await page.getByRole('main').getByRole('button', { name: 'Roll back…' }).first().click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('heading', { name: /^Roll back departures/ })).toBeVisible()
  await dialog.getByLabel(/^Reason/).fill('See what answered before')
  await dialog.getByRole('button', { name: /^Apply roll back/ }).click()
  await expect(page.getByText(/Roll back departures.*: done/)).toBeVisible()
  const row = versions(page).getByRole('listitem').filter({ hasText: name }).first()
  await expect(row).toContainText('kept')
  await row.getByRole('button', { name: `Roll back to ${name}` }).click()
  await dialog.getByLabel(/^Reason/).fill('And forward again')
  await dialog.getByRole('button', { name: /^Apply roll back/ }).click()
  await expect(row).toContainText('serving')
})

test('a plan that something overtook is refused with what moved, and can be made again', async ({
  page,
  context,
}) => {
  await signIn(page)
  await openPipeline(page)
  await page.getByRole('main').getByRole('button', { name: 'Roll back…' }).first().click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText(/expires in/)).toBeVisible()
  const other = await context.newPage()
  await openPipeline(other)
  await other.getByRole('main').getByRole('button', { name: 'Roll back…' }).first().click()
  await other
    .getByRole('dialog')
    .getByLabel(/^Reason/)
    .fill('I was quicker')
  await other
    .getByRole('dialog')
    .getByRole('button', { name: /^Apply roll back/ })
    .click()
  await expect(other.getByText(/Roll back departures.*: done/)).toBeVisible()
  await other.close()
  await dialog.getByLabel(/^Reason/).fill('I was slower')
  await dialog.getByRole('button', { name: /^Apply roll back/ }).click()
  await expect(dialog.getByText('Refused: something moved since this plan')).toBeVisible()
  await expect(dialog.getByText(/publication of departures/).first()).toBeVisible()
  await dialog.getByRole('button', { name: 'Plan again' }).click()
  await expect(dialog.getByText('Refused: something moved since this plan')).toBeHidden()
})

test('jobs say what they made and open to their items', async ({ page }) => {
  await signIn(page)
  await page.goto('/jobs')
  const row = page.getByRole('row').filter({ hasText: 'Recompute' }).first()
  await expect(row).toContainText('succeeded')
  await row.getByRole('button', { name: 'Recompute' }).click()
  await expect(page.getByText('Reason: Confirm the last quarter of an hour.')).toBeVisible()
  await expect(page).toHaveURL(/job=/)
})
