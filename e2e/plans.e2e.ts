import { expect, test, type Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { chart, openPipeline, versions } from './figures'
import { apply, call, dialog, openAction, publish } from './plan'
import { signIn, signInAsViewer } from './session'

test.describe.configure({ mode: 'serial' })

const producers = (page: Page) => page.getByRole('region', { name: 'Producers' })

test('pausing batch is one click more than looking, resuming is one click, and both can be undone', async ({
  page,
}) => {
  await signIn(page)
  await openPipeline(page)
  await openAction(page, /^Pause batch/)
  await dialog(page).getByRole('radio', { name: '15 min' }).click()
  const confirm = dialog(page).getByRole('button', { name: /^Pause layer/ })
  await expect(confirm).not.toHaveAttribute('aria-disabled', 'true')
  await confirm.click()
  const banner = page.getByRole('region', { name: 'Paused batch layer' })
  await expect(banner).toContainText('The batch layer is paused until')
  await expectAccessible(page)
  await banner.getByRole('button', { name: 'Resume batch' }).click()
  await expect(banner).toBeHidden()
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await expect(banner).toBeVisible()
  await banner.getByRole('button', { name: 'Resume batch' }).click()
  await expect(banner).toBeHidden()
})

test('a paused speed layer stands still until it is resumed', async ({ page }) => {
  await signIn(page)
  await openPipeline(page)
  await openAction(page, /^Pause speed/)
  await expect(dialog(page).getByText('give a reason first')).toBeVisible()
  await apply(page, /^Pause layer/, 'A drill')
  const banner = page.getByRole('region', { name: 'Paused speed layer' })
  await expect(banner).toContainText('“A drill”')
  await banner.getByRole('button', { name: 'Resume speed' }).click()
  await expect(banner).toBeHidden()
})

test('a producer in quarantine is kept aside, counted, and put back', async ({ page }) => {
  test.setTimeout(240_000)
  await signIn(page)
  await openPipeline(page)
  const source = 'urn:e2e:noisy'
  const now = Date.now()
  await publish(page, [{ source, id: `before-${now}`, time: now, origin: 'ORD' }])
  await openAction(page, /^Quarantine a producer/)
  await dialog(page).getByLabel('Source').fill(source)
  await dialog(page).getByRole('button', { name: 'Plan this' }).click()
  await apply(page, /^Quarantine producer/, 'It sends everything twice')
  const row = producers(page).getByRole('listitem', { name: source })
  await expect(row).toContainText('in quarantine')
  // The gateways hear of it within a second; what is sent after that is kept aside.
  await expect(async () => {
    const id = `kept-${Date.now()}`
    await publish(page, [{ source, id, time: Date.now(), origin: 'ORD' }])
    await producers(page).getByRole('button', { name: 'Read the producers again' }).click()
    await expect(row).toContainText(/[1-9]\d* events? kept aside/, { timeout: 2_000 })
  }).toPass()
  await row.getByRole('button', { name: 'Release…' }).click()
  await apply(page, /^Release producer/, 'It is mended')
  await expect(row).not.toContainText('kept aside', { timeout: 100_000 })
})

test('restarting speed asks for the name, counts again and loses nothing', async ({ page }) => {
  await signIn(page)
  await openPipeline(page, 'punctuality')
  await openAction(page, /^Restart speed/)
  await expect(dialog(page).getByText(/expires in/)).toBeVisible()
  await dialog(page)
    .getByLabel(/^Reason/)
    .fill('Suspected state')
  await expect(dialog(page).getByText('type the pipeline’s name first')).toBeVisible()
  await expectAccessible(page)
  await dialog(page).getByLabel(/^Type/).fill('punctuality')
  await dialog(page)
    .getByRole('button', { name: /^Restart speed/ })
    .click()
  await expect(dialog(page)).toBeHidden()
  await expect(page.getByText(/Restart speed of punctuality: done/)).toBeVisible()
})

test('a definition tells its problems at their lines, runs in shadow, and is dropped or promoted', async ({
  page,
}) => {
  await signIn(page)
  await openPipeline(page, 'route-minutes')
  await openAction(page, /^Change definition/)
  const editor = dialog(page).getByLabel('Definition')
  const text = await editor.inputValue()
  await editor.fill(text.replace(/size: \w+/, 'size: soon'))
  await dialog(page).getByRole('button', { name: 'Check and plan' }).click()
  await expect(dialog(page).getByRole('button', { name: /spec\.window.*, line \d+/ })).toBeVisible()
  await editor.fill(text.replace(/size: \w+/, 'size: 20s'))
  await dialog(page).getByRole('radio', { name: 'Run in shadow' }).click()
  await dialog(page).getByRole('button', { name: 'Check and plan' }).click()
  await apply(page, /^Start shadow/, 'Shorter windows, to compare')
  const shadow = versions(page).getByRole('listitem', { name: /^Shadow/ })
  await expect(shadow).toBeVisible()
  await shadow.getByRole('button', { name: 'Drop…' }).click()
  await expect(dialog(page).getByText(/expires in/)).toBeVisible()
  await dialog(page).getByLabel(/^Type/).fill('route-minutes')
  await apply(page, /^Drop shadow/, 'Seen enough')
  await expect(shadow).toBeHidden()
})

test('above the policy a second person approves, over a link, before it is applied', async ({
  page,
  browser,
}) => {
  await signIn(page)
  const policy = await call(page, 'policy.set', {
    fourEyesCells: 1,
    fourEyesBytes: null,
    reason: 'A drill',
  })
  expect(policy.status).toBe(200)
  const second = { email: 'second@parallax.local', password: 'parallax-e2e-second' }
  const made = await call(page, 'users.create', { ...second, role: 'operator' })
  expect([200, 409]).toContain(made.status)
  try {
    await openPipeline(page)
    await page.getByRole('main').getByRole('button', { name: 'Reconcile…' }).first().click()
    await expect(dialog(page).getByText('This plan needs a second person')).toBeVisible()
    await expect(dialog(page).getByText('another person must approve')).toBeVisible({ timeout: 60_000 })
    const link = page.url()
    const context = await browser.newContext({ baseURL: new URL(link).origin })
    const other = await context.newPage()
    await signIn(other, second, new URL(link).pathname + new URL(link).search)
    await dialog(other).getByLabel('Why you approve').fill('Looked at the cells')
    await dialog(other).getByRole('button', { name: 'Approve plan' }).click()
    await expect(dialog(other).getByText(/second@parallax.local approved/)).toBeVisible()
    await context.close()
    await expect(dialog(page).getByText(/second@parallax.local approved/)).toBeVisible()
    await apply(page, /^Apply reconcile/, 'Both of us looked')
  } finally {
    await call(page, 'policy.set', {
      fourEyesCells: null,
      fourEyesBytes: null,
      reason: 'The drill is over',
    })
  }
})

test('a viewer sees every action and why it is off, and the server refuses each', async ({ page }) => {
  await signInAsViewer(page, '/pipelines/departures?range=15m')
  await expect(chart(page)).toBeVisible()
  await page.getByRole('main').getByRole('button', { name: 'Actions' }).click()
  for (const action of [
    /^Pause speed/,
    /^Pause batch/,
    /^Restart speed/,
    /^Quarantine/,
    /^Change definition/,
  ])
    await expect(page.getByRole('menuitem', { name: action })).toHaveAttribute('aria-disabled', 'true')
  await expect(page.getByText(/your role is viewer/).first()).toBeVisible()
  const asks = [
    { kind: 'pause', options: { layer: 'batch' } },
    { kind: 'resume', options: { layer: 'batch' } },
    { kind: 'quarantine', options: { source: 'urn:x' } },
    { kind: 'release', options: { source: 'urn:x' } },
    { kind: 'restart', options: { layer: 'speed', from: { cut: 'last' } } },
    { kind: 'definition', options: { drop: true } },
    { kind: 'cancel', options: { jobId: crypto.randomUUID() } },
    { kind: 'reconcile', from: 0, to: 60_000 },
    { kind: 'backfill', from: 0, to: 60_000 },
  ]
  for (const ask of asks)
    expect((await call(page, 'plans.create', { pipeline: 'departures', ...ask })).status).toBe(403)
})
