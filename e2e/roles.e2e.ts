import { expect, test } from '@playwright/test'
import { chart, versions } from './figures'
import { signInAsViewer } from './session'

test('a viewer sees everything, and why the actions are off', async ({ page }) => {
  await signInAsViewer(page, '/pipelines/departures?range=15m')
  await expect(chart(page)).toBeVisible()
  const recompute = page.getByRole('main').getByRole('button', { name: 'Backfill…' }).first()
  await expect(recompute).toHaveAttribute('aria-disabled', 'true')
  await expect(page.getByText('viewer: may look, not change')).toBeVisible()
  await recompute.focus()
  await expect(page.getByRole('tooltip')).toContainText('Ask an operator')
  await recompute.click({ force: true })
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(versions(page)).toBeVisible()
})

test('the server refuses a viewer too', async ({ page }) => {
  await signInAsViewer(page, '/pipelines')
  const answer = await page.request.post('/api/trpc/plans.create', {
    data: { json: { kind: 'rollback', pipeline: 'departures', options: { publication: 0 } } },
    headers: { origin: new URL(page.url()).origin },
  })
  expect(answer.status()).toBe(403)
})
