import { expect, test, type Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { call, dialog } from './plan'
import { signIn, signInAsViewer } from './session'

test.describe.configure({ mode: 'serial' })

const hour = 3_600_000
const recent = (page: Page) => page.getByRole('region', { name: 'Recent jobs' })

/** A backfill that waits for its time, so that it stands still for as long as the test looks at it. */
async function queueBackfill(page: Page, reason: string): Promise<string> {
  const to = Math.floor(Date.now() / 10_000) * 10_000 - 120_000
  const made = await call(page, 'plans.create', {
    kind: 'backfill',
    pipeline: 'departures',
    from: to - 60_000,
    to,
    options: { mode: 'all', runAt: Date.now() + hour },
  })
  expect(made.status).toBe(200)
  const { id } = made.data as { id: string }
  const applied = await call(page, 'plans.applyPlan', { id, reason })
  expect(applied.status).toBe(200)
  return (applied.data as { jobId: string }).jobId
}

test('a job that waits for its time says when, pauses, goes on, and is cancelled through a plan', async ({
  page,
}) => {
  await signIn(page)
  const id = await queueBackfill(page, 'Later tonight')
  await page.goto(`/jobs?job=${id}`)
  const row = recent(page)
    .getByRole('row')
    .filter({ hasText: /starts \d/ })
    .first()
  await expect(row).toContainText('Backfill')
  await expect(page.getByText('Reason: Later tonight.')).toBeVisible()
  await row.getByRole('button', { name: 'Pause' }).click()
  const paused = recent(page).getByRole('row').filter({ hasText: 'paused' }).first()
  await expect(paused).toBeVisible()
  await paused.getByRole('button', { name: 'Resume' }).click()
  await expect(row).toBeVisible()
  await row.getByRole('button', { name: 'Cancel…' }).click()
  await expect(dialog(page).getByRole('heading', { name: /^Cancel/ })).toBeVisible()
  await dialog(page)
    .getByLabel(/^Reason/)
    .fill('Not needed after all')
  await dialog(page)
    .getByRole('button', { name: /^Cancel job/ })
    .click()
  await expect(dialog(page)).toBeHidden()
  await expect(recent(page).getByRole('row').filter({ hasText: 'cancelled' }).first()).toBeVisible()
})

test('jobs say what they made, open to their items and plan, and filter by the address', async ({ page }) => {
  await signIn(page)
  await page.goto('/jobs?kind=backfill&status=cancelled')
  const row = recent(page).getByRole('row').filter({ hasText: 'cancelled' }).first()
  await row.getByRole('button', { name: 'Backfill' }).click()
  await expect(page).toHaveURL(/job=/)
  await page.getByRole('button', { name: 'Its plan' }).click()
  await expect(dialog(page).getByText(/^Applied by/)).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Status/ }).click()
  await page.getByRole('menuitemradio', { name: 'failed' }).click()
  await expect(page).toHaveURL(/status=failed/)
})

test('the tray tells on every screen what runs and what ended last, over a reload', async ({ page }) => {
  await signIn(page)
  await page.goto('/pipelines')
  await page.getByRole('button', { name: /^Jobs:/ }).click()
  const tray = page.getByRole('dialog').or(page.locator('.tray')).first()
  await expect(tray.getByRole('heading', { name: 'Open' })).toBeVisible()
  await expect(tray.getByRole('heading', { name: 'Ended last' })).toBeVisible()
  await expectAccessible(page)
  await page.reload()
  await page.getByRole('button', { name: /^Jobs:/ }).click()
  await tray.getByRole('link', { name: 'All jobs' }).click()
  await expect(page).toHaveURL(/\/jobs/)
})

test('a viewer may look at jobs, not stop them', async ({ page }) => {
  await signIn(page)
  const id = await queueBackfill(page, 'For the viewer to look at')
  await page.goto('about:blank')
  await page.context().clearCookies()
  await signInAsViewer(page, `/jobs?job=${id}`)
  const row = recent(page)
    .getByRole('row')
    .filter({ hasText: /starts \d/ })
    .first()
  await expect(row.getByRole('button', { name: 'Cancel…' })).toHaveAttribute('aria-disabled', 'true')
  await expect(row.getByRole('button', { name: 'Pause' })).toHaveAttribute('aria-disabled', 'true')
  for (const procedure of ['jobs.pause', 'jobs.resume', 'jobs.cancel'])
    expect((await call(page, procedure, { id })).status).toBe(403)
})
