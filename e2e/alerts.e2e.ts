import { expect, test } from '@playwright/test'
import { expectAccessible } from './axe'
import { signIn, signInAsViewer } from './session'

test.describe.configure({ mode: 'serial' })

test('a silence shows what it would mute, holds until it is ended, and is listed', async ({ page }) => {
  await signIn(page, undefined, '/alerts')
  await page.getByRole('button', { name: 'Silence…' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Silence alerts' })
  await expect(dialog.getByRole('button', { name: 'Silence' })).toHaveAttribute('aria-disabled', 'true')
  await dialog.getByLabel('Rule').fill('late.*')
  await expect(dialog.getByText(/^It would mute/)).toBeVisible()
  await dialog.getByLabel('Reason').fill('Known late feed')
  await dialog.getByRole('button', { name: 'Silence' }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole('tab', { name: 'Silences' }).click()
  const row = page.getByRole('row').filter({ hasText: 'rule late.*' })
  await expect(row).toContainText('in force')
  await row.getByRole('button', { name: /^End/ }).click()
  await expect(row).toBeHidden()
})

test('an admin changes a threshold with a reason, and puts it back as shipped', async ({ page }) => {
  await signIn(page, undefined, '/alerts?tab=rules')
  await page.getByRole('button', { name: 'Edit schema.errors' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(/^Threshold/).fill('7')
  await dialog.getByLabel('Reason').fill('A test')
  await dialog.getByRole('button', { name: 'Save rule' }).click()
  await expect(dialog).toBeHidden()
  const row = page.getByRole('row').filter({ hasText: 'schema.errors' })
  await expect(row).toContainText('changed')
  await page.getByRole('button', { name: 'Edit schema.errors' }).click()
  await dialog.getByLabel('Reason').fill('Back again')
  await dialog.getByRole('button', { name: 'As shipped' }).click()
  await expect(row).not.toContainText('changed')
})

test('a channel is added, tested with the refusal explained, and removed; its secret is not shown', async ({
  page,
}) => {
  await signIn(page, undefined, '/settings?section=notifications')
  await page.getByRole('button', { name: 'Add channel…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add channel' })
  await dialog.getByLabel('Name').fill('e2e-hook')
  await dialog.getByRole('textbox', { name: 'Address' }).fill('http://127.0.0.1:9/hook')
  await dialog.getByLabel('Signing key').fill('0123456789abcdef')
  await dialog.getByRole('button', { name: 'Save channel' }).click()
  await expect(dialog).toBeHidden()
  const channel = page.getByRole('listitem', { name: 'e2e-hook' })
  await expect(channel).toContainText('with a secret')
  await expect(page.locator('body')).not.toContainText('0123456789abcdef')
  await channel.getByRole('button', { name: /^Send a test/ }).click()
  await expect(channel.getByText(/^Not delivered/)).toBeVisible()
  await channel.getByRole('button', { name: 'Remove e2e-hook', exact: true }).click()
  await channel.getByRole('button', { name: 'Remove e2e-hook for good' }).click()
  await expect(channel).toBeHidden()
})

test('a viewer sees the alerts and may not silence or change them', async ({ page }) => {
  await signInAsViewer(page, '/alerts')
  await expect(page.getByRole('button', { name: 'Silence…' }).first()).toHaveAttribute(
    'aria-disabled',
    'true',
  )
  await page.getByRole('tab', { name: 'Rules' }).click()
  await expect(page.getByRole('button', { name: 'Edit drift' })).toHaveAttribute('aria-disabled', 'true')
})

for (const width of [1440, 390])
  test(`alerts are free of accessibility faults in both themes at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 })
    await signIn(page, undefined, '/alerts')
    for (const tab of ['Live', 'Silences', 'Maintenance', 'Rules', 'History']) {
      await page.getByRole('tab', { name: tab }).click()
      await expect(page.getByRole('tabpanel').locator('.note, .alert-row, table').first()).toBeVisible()
      await expectAccessible(page)
    }
    await page.goto('/settings?section=notifications')
    await expect(page.getByRole('region', { name: 'Routes' }).getByText('everyone').first()).toBeVisible()
    await expectAccessible(page)
  })
