import { expect, test, type Locator, type Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { chart, openPipeline } from './figures'
import { expectFits } from './fits'
import { signIn } from './session'
import { watchErrors } from './watch-errors'

const panel = (page: Page): Locator => page.getByRole('dialog', { name: /^Explain/ })
const api = { authorization: `Bearer ${process.env.PARALLAX_API_TOKEN ?? ''}` }

interface Value {
  windowStart: string
  key: string
  measures: { flights: number | null }
}

/** A closed window of an airport with several flights, as the API tells it now. */
async function someCell(page: Page): Promise<{ at: number; key: string }> {
  let found: Value | undefined
  await expect
    .poll(async () => {
      const from = new Date(Date.now() - 10 * 60_000).toISOString()
      const to = new Date(Date.now() - 60_000).toISOString()
      const answer = await page.request.get('/api/v1/pipelines/departures/values', {
        params: { from, to, limit: '1000' },
        headers: api,
      })
      const { values } = (await answer.json()) as { values: Value[] }
      found = [...values].sort((a, b) => (b.measures.flights ?? 0) - (a.measures.flights ?? 0))[0]
      return found?.measures.flights ?? 0
    })
    .toBeGreaterThan(1)
  return { at: Date.parse(found?.windowStart ?? ''), key: found?.key ?? '' }
}

const countOf = (text: string) =>
  Number(/([\d,]+) explain a difference, of ([\d,]+)/.exec(text)?.[2]?.replaceAll(',', ''))

test('a figure explains itself: what it is made of, where it comes from, and the very events, by link', async ({
  page,
}) => {
  const errors = watchErrors(page)
  await signIn(page)
  const cell = await someCell(page)
  await page.goto(`/pipelines/departures?measure=flights&explain=${cell.at}~${cell.key}`)
  await expect(panel(page)).toBeVisible()
  await expect(panel(page).getByText(cell.key, { exact: true })).toBeVisible()
  const made = panel(page).getByRole('region', { name: 'What the figure is made of' })
  await expect(made).toContainText('Served')
  await expect(panel(page).getByRole('region', { name: 'Where it comes from' })).toContainText('Definition')
  const events = panel(page).getByRole('region', { name: 'Events' })
  await events.getByRole('radio', { name: 'All' }).click()
  const rows = events.getByRole('listitem')
  await expect(rows.first()).toBeVisible()
  const all = countOf(await events.innerText())
  expect(await rows.count()).toBe(Math.min(all, 50))
  await rows.first().getByRole('button').click()
  await expect(rows.first()).toContainText('"origin"')
  await expect(rows.first()).toContainText(/It is (not )?in the figure\./)
  await expectAccessible(page)
  await page.reload()
  await expect(panel(page).getByText(cell.key, { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Close' }).focus()
  await page.keyboard.press('Escape')
  await expect(panel(page)).toBeHidden()
  await expect(page).not.toHaveURL(/explain=/)
  errors.none()
})

test('a point of the chart leads from the total over a key to a cell, by mouse and by keyboard', async ({
  page,
}) => {
  await signIn(page)
  await openPipeline(page, 'departures', 'range=15m&measure=flights')
  const box = await chart(page).boundingBox()
  if (box === null) throw new Error('the chart has no place')
  await expect(async () => {
    await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2)
    await expect(page.getByText('Click: explain')).toBeVisible({ timeout: 2_000 })
  }).toPass()
  await page.mouse.down()
  await page.mouse.up()
  await expect(page).toHaveURL(/explain=\d+/)
  const keys = panel(page).getByRole('list').getByRole('button')
  await expect(keys.first()).toBeVisible()
  await keys.first().click()
  await expect(panel(page).getByRole('heading', { name: 'Explain this cell' })).toBeVisible()
  await panel(page).getByRole('button', { name: 'Close' }).click()
  await expect(panel(page)).toBeHidden()

  await page.getByRole('application', { name: /^Points of the chart/ }).focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(page.getByText('Enter: explain')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(panel(page)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(panel(page)).toBeHidden()
})

test('a key of the table leads over its windows to a cell; on a phone it is a sheet', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await signIn(page)
  await openPipeline(page, 'departures', 'range=15m&measure=flights')
  await page
    .getByRole('region', { name: 'Top keys' })
    .getByRole('button', { name: /^Explain/ })
    .first()
    .click()
  await expect(panel(page).getByRole('heading', { name: 'Explain: choose a window' })).toBeVisible()
  await panel(page).getByRole('list').getByRole('button').first().click()
  await expect(panel(page).getByRole('heading', { name: 'Explain this cell' })).toBeVisible()
  await expect(panel(page).getByRole('region', { name: 'Where it comes from' })).toBeVisible()
  await expectFits(page)
  expect((await panel(page).boundingBox())?.width).toBe(390)
  await expectAccessible(page)
  await page.goBack()
  await expect(panel(page).getByRole('heading', { name: 'Explain: choose a window' })).toBeVisible()
})

test('a window that is none, and a cell nobody counted, say so', async ({ page }) => {
  await signIn(page)
  await page.goto('/pipelines/departures?explain=1700000000001~ORD')
  await expect(panel(page).getByText('The explanation did not load')).toBeVisible()
  await expect(panel(page).getByText(/the one that holds it starts at 2023-11-14T22:13:20/)).toBeVisible()
  await page.goto('/pipelines/departures?explain=1700000000000~ORD')
  await expect(panel(page).getByText('Nothing of ORD was counted in this window')).toBeVisible()
  await expect(panel(page).getByText('No event in the archive or the log')).toBeVisible()
})
