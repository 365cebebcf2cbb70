import { expect, test } from '@playwright/test'
import { signIn } from './session'

test.beforeEach(async ({ page }) => {
  await signIn(page)
  await expect(page.getByRole('row')).toHaveCount(4)
})

test('j and k walk the list, Enter opens the row', async ({ page }) => {
  const chosen = page.locator('tr[data-selected="true"]')
  // Keys pressed before the page has come to life are lost.
  await expect(async () => {
    await page.keyboard.press('j')
    await expect(chosen).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  const name = await page.locator('tr[data-selected="true"] a').innerText()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`/pipelines/${name}`))
})

test('? lists the shortcuts, Escape closes them', async ({ page }) => {
  await page.keyboard.press('?')
  const dialog = page.getByRole('dialog', { name: 'Shortcuts' })
  await expect(dialog).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
})

test('the palette finds a pipeline, and an action opens its plan without doing anything', async ({
  page,
}) => {
  await expect(async () => {
    await page.keyboard.press('Control+k')
    await expect(page.getByRole('dialog')).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await page.keyboard.type('punct')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/pipelines\/punctuality/)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('backfill route')
  await page.keyboard.press('Enter')
  await expect(
    page.getByRole('dialog').getByRole('heading', { name: /^Backfill route-minutes/ }),
  ).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
})

test('/ filters the list; a filter that hides everything says so and can be cleared', async ({ page }) => {
  await page.keyboard.press('/')
  await page.keyboard.type('nothing-has-this-name')
  await expect(page.getByText(/No pipeline matches/)).toBeVisible()
  await expect(page).toHaveURL(/find=nothing/)
  await page.getByRole('button', { name: 'Clear filter' }).click()
  await expect(page.getByRole('row')).toHaveCount(4)
})
