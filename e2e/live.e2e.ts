import { expect, test } from '@playwright/test'
import { chart, eventsRead, openPipeline } from './figures'
import { signIn } from './session'
import { watchErrors } from './watch-errors'

test('figures rise by themselves, pushed over one live connection and never fetched again', async ({
  page,
}) => {
  const errors = watchErrors(page)
  await signIn(page)
  await openPipeline(page)
  await expect(page.getByText('Live', { exact: true }).first()).toBeVisible()
  const fetched: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/api/') && request.resourceType() !== 'eventsource')
      fetched.push(request.url())
  })
  const before = await eventsRead(page)
  await expect.poll(() => eventsRead(page)).toBeGreaterThan(before)
  const label = chart(page).locator('text.strong')
  const value = await label.textContent()
  await expect.poll(() => label.textContent()).not.toBe(value)
  const polled = fetched.filter((url) => !/pipelines\.(versions|producers)/.test(url))
  expect(polled).toEqual([])
  errors.none()
})

test('the sample feed says on the screen what faults are injected', async ({ page }) => {
  await signIn(page)
  await openPipeline(page)
  await expect(page.getByText(/0\.5 % of the events come twice and 0\.2 % are broken/)).toBeVisible()
})

test('range, zone, layers, measure and key live in the URL and come back with it', async ({ page }) => {
  await signIn(page)
  await openPipeline(page)
  await page.getByRole('radio', { name: 'Both layers' }).click()
  await page.getByRole('radio', { name: 'Local' }).first().click()
  await page.getByRole('button', { name: /^Measure/ }).click()
  await page.getByRole('menuitemradio', { name: /^miles/ }).click()
  await page.getByRole('button', { name: 'Time range' }).first().click()
  await page.getByRole('button', { name: 'Last 6 h' }).click()
  await page.getByRole('region', { name: 'Top keys' }).getByRole('button', { name: 'ORD' }).click()
  await expect(page).toHaveURL(/range=6h/)
  const url = new URL(page.url())
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    zone: 'local',
    layers: 'both',
    measure: 'miles',
    key: 'ORD',
    range: '6h',
  })
  await page.reload()
  await expect(page.getByRole('radio', { name: 'Both layers' })).toBeChecked()
  await expect(page.getByRole('button', { name: 'Key: ORD' })).toBeVisible()
  await expect(page.getByRole('heading', { name: /^miles per/ })).toBeVisible()
})
