import { expect, test, type Locator, type Page } from '@playwright/test'
import { figure } from './figures'
import { signIn, signInAsViewer } from './session'
import { watchErrors } from './watch-errors'

const map = (page: Page): Locator => page.getByRole('application', { name: /^Relative error/ })
const selection = (page: Page): Locator => page.getByRole('toolbar', { name: 'Selected cells' })

/** The sample's late flights are late events: the first run of batch finds them. */
async function openDivergence(page: Page, query = 'pipeline=departures&range=6h'): Promise<void> {
  await page.goto(`/divergence?${query}`)
  await expect(map(page)).toBeVisible({ timeout: 90_000 })
}

/** The worst key is the first row; Ctrl Home goes to its first window. */
async function selectFirstRow(page: Page): Promise<void> {
  await map(page).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Shift+End')
  await expect(selection(page)).toBeVisible()
}

test('what batch compared shows as a heatmap with figures that are of the same cells', async ({ page }) => {
  const errors = watchErrors(page)
  await signIn(page)
  await expect(async () => {
    await page.keyboard.press('g')
    await page.keyboard.press('d')
    await expect(page).toHaveURL(/\/divergence/, { timeout: 1_000 })
  }).toPass()
  await openDivergence(page)
  const compared = Number((await figure(page, 'Cells compared')).replaceAll(',', ''))
  expect(compared).toBeGreaterThan(100)
  expect(Number((await figure(page, 'Unexplained (drift)')).replaceAll(',', ''))).toBe(0)
  await expect(page.getByRole('region', { name: 'Top offenders' }).getByRole('row').nth(1)).toBeVisible()
  await expect(
    page.getByRole('region', { name: 'Causes over time' }).getByRole('button', { name: /late/ }),
  ).toBeVisible()
  await expect(page.getByRole('region', { name: 'Distribution of relative error' })).toContainText(
    'cells agree',
  )
  errors.none()
})

test('the map is walked, selected and explained with keys alone, and each cell is told', async ({ page }) => {
  await signIn(page)
  await openDivergence(page)
  await map(page).focus()
  await page.keyboard.press('ArrowDown')
  const told = page.locator('.heat [aria-live]')
  await expect(told).not.toBeEmpty()
  const before = await told.innerText()
  await page.keyboard.press('ArrowDown')
  await expect(told).not.toHaveText(before)
  await selectFirstRow(page)
  await expect(selection(page)).toContainText(/cells?, /)
  await expect(page).toHaveURL(/sel=/)
  await selection(page).getByRole('button', { name: 'Explain' }).click()
  await expect(page).toHaveURL(/explain=/)
  await expect(page.getByRole('dialog', { name: 'Explain this cell' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
})

test('a selection shows what was served and what batch found, and stays in the address', async ({ page }) => {
  await signIn(page)
  await openDivergence(page)
  await selectFirstRow(page)
  await expect(page).toHaveURL(/sel=/)
  await page.reload()
  await expect(selection(page)).toBeVisible()
  await selection(page).getByRole('button', { name: 'Diff' }).click()
  const dialog = page.getByRole('dialog', { name: /^Diff of/ })
  await expect(dialog.getByRole('row').nth(1)).toBeVisible()
  await expect(dialog.getByRole('columnheader', { name: 'Served' })).toBeVisible()
  const file = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'CSV' }).click()
  expect((await file).suggestedFilename()).toBe('departures-divergence.csv')
})

test('a drag selects cells, and an operator goes on to a plan for just these windows', async ({ page }) => {
  await signIn(page)
  await openDivergence(page)
  const box = await map(page).boundingBox()
  if (!box) throw new Error('the map has no place')
  await page.mouse.move(box.x + 120, box.y + 60)
  await page.mouse.down()
  await page.mouse.move(box.x + 220, box.y + 120, { steps: 5 })
  await page.mouse.up()
  await expect(selection(page)).toBeVisible()
  await selection(page).getByRole('button', { name: 'Backfill…' }).click()
  await expect(page.getByRole('dialog').getByRole('heading', { name: /^Backfill departures/ })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
})

test('a viewer sees the map and why the actions are off', async ({ page }) => {
  await signInAsViewer(page, '/divergence?pipeline=departures&range=6h')
  await expect(map(page)).toBeVisible({ timeout: 90_000 })
  await selectFirstRow(page)
  const backfill = selection(page).getByRole('button', { name: 'Backfill…' })
  await expect(backfill).toHaveAttribute('aria-disabled', 'true')
  await backfill.focus()
  await expect(page.getByRole('tooltip')).toContainText('Ask an operator')
})

test('the same cells are a table, filters say what they hide, and pipelines share one map', async ({
  page,
}) => {
  await signIn(page)
  await openDivergence(page)
  await page.getByRole('button', { name: 'Show as table' }).click()
  await expect(
    page
      .getByRole('region', { name: /differing cells of flights/ })
      .getByRole('row')
      .nth(1),
  ).toBeVisible()
  await openDivergence(page, 'pipeline=departures&range=6h&cause=schema')
  await expect(page.getByText('No difference through schema in this range').first()).toBeVisible()
  await page.getByRole('button', { name: 'Show all causes' }).first().click()
  await expect(page).not.toHaveURL(/cause=/)
  await page.getByRole('radio', { name: 'Pipelines × time' }).click()
  const pipelines = page.getByRole('application', { name: /^Largest relative error/ })
  await expect(pipelines).toBeVisible()
  await pipelines.focus()
  await page.keyboard.press('ArrowDown')
  // It opens at the newest stretch, which batch may not have reached yet.
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Enter')
  await expect(map(page)).toBeVisible()
  await expect(page).toHaveURL(/pipeline=/)
})
