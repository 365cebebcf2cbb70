import { expect, test, type Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { expectFits } from './fits'
import { signIn, signInAsViewer } from './session'
import { watchErrors } from './watch-errors'

const title = 'Shops say that totals are too low'

async function startIncident(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start incident…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Start an incident' })
  await dialog.getByLabel('What is wrong').fill(title)
  await dialog.getByLabel('How it was seen').fill('Three calls in ten minutes')
  await dialog.getByLabel('departures').check()
  await dialog.getByRole('button', { name: 'Start incident', exact: true }).click()
  await page.waitForURL(/\/incidents\/\d+/)
}

test('an incident is started by hand, worked on with a runbook, written up and resolved', async ({
  page,
}) => {
  const errors = watchErrors(page)
  await signIn(page, undefined, '/incidents')
  await startIncident(page)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(title)
  await page.getByRole('button', { name: 'Acknowledge' }).first().click()
  const timeline = page.getByRole('region', { name: 'Timeline' })
  await timeline.getByRole('button', { name: 'Note…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox').fill('Asked the shops for one receipt')
  await dialog.getByRole('button', { name: 'Write' }).click()
  await expect(timeline).toContainText('Asked the shops for one receipt')

  const runbook = page.getByRole('region', { name: 'Runbook' })
  await runbook
    .getByRole('button', { name: /^(Start runbook|Carry out)$/ })
    .first()
    .click()
  const run = page.getByRole('region', { name: 'Incident checklist' })
  await run.getByRole('button', { name: 'Check', exact: true }).first().click()
  await expect(run.getByRole('button', { name: 'Check again' }).first()).toBeVisible()

  await page.getByLabel('Root cause', { exact: true }).fill('A shop sold by hand while its till was away')
  await page.getByRole('button', { name: 'Save postmortem' }).click()
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Markdown' }).click()
  expect((await downloading).suggestedFilename()).toMatch(/\.md$/)

  await page
    .getByRole('button', { name: /^Resolve/ })
    .first()
    .click()
  await page.getByRole('dialog').getByRole('textbox').fill('Totals are right again')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /resolve/i })
    .click()
  await expect(page.getByText(/Resolved/).first()).toBeVisible()
  errors.none()
})

test('runbooks are listed with how often they solved what they are for, and shown with their steps', async ({
  page,
}) => {
  await signIn(page, undefined, '/runbooks')
  for (const name of [/F1/, /F8/, /checklist/i])
    await expect(page.getByRole('link', { name }).first()).toBeVisible()
  await page.getByRole('link', { name: /F1/ }).first().click()
  await page.waitForURL(/\/runbooks\/f1-batch-failure/)
  await expect(page.getByText('A batch worker lives')).toBeVisible()
})

test('a viewer may look at incidents, not act', async ({ page }) => {
  await signInAsViewer(page, '/incidents')
  const start = page.getByRole('button', { name: 'Start incident…' })
  await expect(start).toHaveAttribute('aria-disabled', 'true')
})

for (const width of [1440, 390])
  test(`incidents, runbooks, costs, traces and notifications have no accessibility fault at ${width} px`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 900 })
    await signIn(page, undefined, '/incidents')
    for (const path of [
      '/runbooks',
      '/runbooks/f1-batch-failure',
      '/cost',
      '/traces',
      '/settings?section=notifications',
    ]) {
      await page.goto(path)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await expect(page.locator('main .skeleton, main [aria-busy="true"]')).toHaveCount(0)
      await expectAccessible(page)
      await expectFits(page)
    }
    await page.goto('/incidents?show=all')
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await page.locator('main a[href^="/incidents/"]').first().click()
    await expect(page.getByRole('region', { name: 'Timeline' })).toBeVisible()
    await expectAccessible(page)
  })
