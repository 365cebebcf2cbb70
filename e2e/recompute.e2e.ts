import { expect, test } from '@playwright/test'
import { boundarySeconds, openPipeline, versions } from './figures'
import { apply, dialog, openAction } from './plan'
import { signIn } from './session'
import { watchErrors } from './watch-errors'

test.describe.configure({ mode: 'serial' })

test('a backfill shows the real difference first, needs a reason, runs as a job, and the boundary moves', async ({
  page,
}) => {
  const errors = watchErrors(page)
  await signIn(page)
  await openPipeline(page)
  // The first scheduled run would overtake the plan.
  await expect(versions(page).getByText('serving').first()).toBeVisible({ timeout: 90_000 })
  const before = await boundarySeconds(page)
  await page.getByRole('main').getByRole('button', { name: 'Backfill…' }).first().click()
  await expect(dialog(page).getByRole('heading', { name: /^Backfill departures/ })).toBeVisible()
  await expect(dialog(page).getByText('What it touches')).toBeVisible()
  await expect(dialog(page).getByText(/expires in/)).toBeVisible()
  await expect(dialog(page).getByRole('radio', { name: 'Windows' })).toBeVisible({ timeout: 60_000 })
  await expect(dialog(page).getByText('give a reason first')).toBeVisible()
  await dialog(page).getByRole('radio', { name: 'Cells' }).click()
  await expect(
    dialog(page)
      .getByText(/of [\d,]+ cells?/)
      .first(),
  ).toBeVisible()
  await dialog(page)
    .getByLabel(/^Reason/)
    .fill('Confirm the last quarter of an hour')
  await page.keyboard.press('Control+Enter')
  await expect(dialog(page)).toBeHidden()
  await expect(page.getByText(/Backfill departures.*: done/)).toBeVisible({ timeout: 90_000 })
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

test('what a backfill published is taken back from its own toast', async ({ page }) => {
  await signIn(page)
  await openPipeline(page)
  await page.getByRole('main').getByRole('button', { name: 'Reconcile…' }).first().click()
  await apply(page, /^Apply reconcile/, 'Compare once more')
  await expect(page.getByText(/Reconcile departures.*: done/)).toBeVisible({ timeout: 90_000 })
  await page.getByRole('button', { name: 'Undo…' }).click()
  await expect(dialog(page).getByRole('heading', { name: /^Roll back departures/ })).toBeVisible()
  await apply(page, /^Apply roll back/, 'It was only to see')
  await expect(page.getByText(/Roll back departures.*: done/)).toBeVisible()
})

test('a roll back moves what answers, and rolling forward again undoes it', async ({ page }) => {
  await signIn(page)
  await openPipeline(page)
  const first = versions(page).getByRole('listitem').filter({ hasText: 'serving' }).first()
  await expect(first).toBeVisible()
  const name = /v\d+/.exec(await first.innerText())?.[0] ?? ''
  await openAction(page, /^Roll back to/)
  await expect(dialog(page).getByRole('heading', { name: /^Roll back departures/ })).toBeVisible()
  await apply(page, /^Apply roll back/, 'See what answered before')
  await expect(page.getByText(/Roll back departures.*: done/)).toBeVisible()
  const row = versions(page)
    .getByRole('listitem')
    .filter({ hasText: `${name} ` })
    .first()
  await page.getByRole('button', { name: 'Undo…' }).click()
  await apply(page, /^Apply roll back/, 'And forward again')
  await expect(row).toContainText('serving')
})

test('a plan that something overtook is refused with what moved, and can be made again', async ({
  page,
  context,
}) => {
  await signIn(page)
  await openPipeline(page)
  await openAction(page, /^Roll back to/)
  await expect(dialog(page).getByText(/expires in/)).toBeVisible()
  const other = await context.newPage()
  await openPipeline(other)
  await openAction(other, /^Roll back to/)
  await apply(other, /^Apply roll back/, 'I was quicker')
  await expect(other.getByText(/Roll back departures.*: done/)).toBeVisible()
  await other.close()
  await dialog(page)
    .getByLabel(/^Reason/)
    .fill('I was slower')
  await dialog(page)
    .getByRole('button', { name: /^Apply roll back/ })
    .click()
  await expect(dialog(page).getByText('Refused: something moved since this plan')).toBeVisible()
  await expect(
    dialog(page)
      .getByText(/publication of departures/)
      .first(),
  ).toBeVisible()
  await dialog(page).getByRole('button', { name: 'Plan again' }).click()
  await expect(dialog(page).getByText('Refused: something moved since this plan')).toBeHidden()
})

test('a link to a plan opens the same plan for another person, applied or not', async ({ page }) => {
  await signIn(page)
  await openPipeline(page)
  await page.getByRole('main').getByRole('button', { name: 'Reconcile…' }).first().click()
  await expect(dialog(page).getByText(/expires in/)).toBeVisible()
  await expect(page).toHaveURL(/plan=/)
  await page.reload()
  await expect(dialog(page).getByRole('heading', { name: /^Reconcile departures/ })).toBeVisible()
  await expect(dialog(page).getByText('What it touches')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page).not.toHaveURL(/plan=/)
})
