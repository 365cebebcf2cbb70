import { expect, test, type Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { expectFits } from './fits'
import { call } from './plan'
import { admin, signIn, signInAsViewer } from './session'
import { watchErrors } from './watch-errors'

test.describe.configure({ mode: 'serial' })

const list = (page: Page) => page.getByRole('region', { name: 'All objectives' })
const rows = (page: Page) => list(page).locator('tbody tr')

async function openList(page: Page, query = ''): Promise<void> {
  await page.goto(`/objectives${query}`)
  await expect(rows(page).first()).toBeVisible({ timeout: 90_000 })
}

test('every pipeline has its objectives; filters are in the address and say what they hide', async ({
  page,
}) => {
  const errors = watchErrors(page)
  await signIn(page, admin, '/objectives')
  await openList(page)
  await page.getByLabel('Filter objectives').fill('departures freshness')
  await expect(page).toHaveURL(/find=departures/)
  await expect(rows(page)).toHaveCount(1)
  await page.reload()
  await expect(rows(page)).toHaveCount(1)
  await page.getByLabel('Filter objectives').fill('nothing is called like this')
  await expect(page.getByText('No objective matches this filter')).toBeVisible()
  await page.getByRole('button', { name: 'Clear filter' }).click()
  await page.getByRole('button', { name: /^Indicator/ }).click()
  await page.getByRole('menuitemradio', { name: /^Latency/ }).click()
  await expect(page).toHaveURL(/indicator=latency/)
  errors.none()
})

test('one objective shows its budget, its burn rates and who changed it', async ({ page }) => {
  await signIn(page, admin, '/objectives/departures.freshness')
  for (const name of [
    'Error budget left',
    'Burn rate',
    'What used the budget',
    'Budget corrections',
    'History',
  ])
    await expect(page.getByRole('region', { name })).toBeVisible()
  await expect(page.locator('.strip')).toContainText('99%')
  await expect(page.getByRole('region', { name: 'Burn rate' }).locator('tbody tr')).toHaveCount(4)
  await page.getByRole('radio', { name: 'Then' }).click()
  await expect(page).toHaveURL(/known=then/)
})

test('an objective is made, previewed on the history before it is saved, changed and removed', async ({
  page,
}) => {
  await signIn(page, admin, '/objectives')
  await openList(page)
  await page.getByRole('button', { name: 'New objective…' }).click()
  const dialog = page.getByRole('dialog')
  const save = dialog.getByRole('button', { name: 'Save objective' })
  await dialog.getByLabel('Pipeline').selectOption('departures')
  await dialog.getByLabel('Name').fill('fresh-strict')
  await dialog.getByLabel('Title').fill('Reads are fresh at once')
  await expect(save).toHaveAttribute('aria-disabled', 'true')
  await dialog.getByLabel('Reason').fill('The board asked for it')
  await expect(save).not.toHaveAttribute('aria-disabled', 'true')
  await expectAccessible(page)
  await save.click()
  await expect(page).toHaveURL(/\/objectives\/departures\.fresh-strict/)
  await expect(page.getByRole('region', { name: 'History' })).toContainText('The board asked for it')
  await page.getByRole('button', { name: 'Edit…' }).click()
  await dialog.getByLabel('Target (%)').fill('100')
  await expect(dialog.getByText(/a budget must be left/)).toBeVisible()
  await dialog.getByLabel('Target (%)').fill('98')
  await dialog.getByLabel('Reason').fill('Too strict')
  await expect(save).not.toHaveAttribute('aria-disabled', 'true')
  await save.click()
  await expect(page.getByRole('region', { name: 'History' })).toContainText('Too strict')
  await page.getByRole('button', { name: 'Remove…' }).first().click()
  await dialog.getByLabel('Reason').fill('It was a test')
  await dialog.getByRole('button', { name: 'Remove objective' }).click()
  await expect(page).toHaveURL(/\/objectives$/)
})

test('planned work leaves the budget alone and stays to be seen', async ({ page }) => {
  await signIn(page, admin, '/objectives/departures.freshness')
  const corrections = page.getByRole('region', { name: 'Budget corrections' })
  await corrections.getByRole('button', { name: 'Add…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill('Moving the database')
  await dialog.getByRole('button', { name: 'Add correction' }).click()
  await expect(corrections.getByText('Moving the database')).toBeVisible()
  // The sample feed's loading is one too.
  const own = corrections.getByRole('row').filter({ hasText: 'Moving the database' })
  await own.getByRole('button', { name: 'Remove…' }).click()
  await dialog.getByLabel('Reason').fill('It was put off')
  await dialog.getByRole('button', { name: 'Remove correction' }).click()
  await expect(corrections.getByText('Moving the database')).toBeHidden()
})

test('an objective that is not there says so and leads back', async ({ page }) => {
  await signIn(page, admin, '/objectives/departures.nothing')
  await expect(page.getByText('There is no objective departures.nothing')).toBeVisible()
  await page.getByRole('link', { name: 'All objectives' }).click()
  await expect(page).toHaveURL(/\/objectives$/)
})

for (const width of [1440, 390])
  test(`objectives have no accessibility fault in both themes at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 })
    await signIn(page, admin, '/objectives')
    await openList(page)
    await expectAccessible(page)
    for (const id of ['departures.correctness', 'all-freshness']) {
      await page.goto(`/objectives/${id}`)
      await expect(page.getByRole('region', { name: 'Burn rate' })).toBeVisible()
      await expectAccessible(page)
      await expectFits(page)
    }
  })

test('a viewer sees why an objective cannot be changed', async ({ page }) => {
  await signInAsViewer(page, '/objectives/departures.freshness')
  await expect(page.getByRole('button', { name: 'Edit…' })).toHaveAttribute('aria-disabled', 'true')
  const id = 'departures.freshness'
  expect((await call(page, 'objectives.remove', { id, reason: 'may I' })).status).toBe(403)
})
