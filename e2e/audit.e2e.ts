import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { expect, test, type Page } from '@playwright/test'
import { admin, signIn, signInAsViewer } from './session'
import { pastTheGuard } from './tamper'
import { watchErrors } from './watch-errors'

test.describe.configure({ mode: 'serial' })

const verify = async (page: Page) => {
  await page.getByRole('button', { name: 'Verify chain' }).click()
  await expect(page.getByText(/^The chain is whole: [\d,]+ entries read\.$/)).toBeVisible()
}
const entries = (page: Page) => page.getByRole('region', { name: 'Entries' })

test('who did what is found by text, and an entry opens with what changed and that its hash holds', async ({
  page,
}) => {
  const errors = watchErrors(page)
  await signIn(page, admin, '/audit')
  const origin = new URL(page.url()).origin
  const write = (path: string, json: object) =>
    page.request.post(`/api/trpc/${path}`, { data: { json }, headers: { origin } })
  const email = `audited-${Date.now()}@parallax.local`
  const made = await write('users.create', { email, password: 'a long enough password', role: 'viewer' })
  const { result } = (await made.json()) as { result: { data: { json: { id: string } } } }
  await write('users.update', { id: result.data.json.id, role: 'operator' })
  // It is told by the stream, without a reload.
  await expect(entries(page).getByRole('button', { name: 'Changed user' }).first()).toBeVisible()
  await page.getByLabel('Search text').fill(email)
  await expect(page).toHaveURL(/find=audited-/)
  await expect(entries(page).getByRole('row')).toHaveCount(3)
  await entries(page).getByRole('button', { name: 'Changed user' }).click()
  await expect(entries(page).getByText('The hash holds')).toBeVisible()
  await expect(entries(page).locator('del')).toHaveText('viewer')
  await expect(entries(page).locator('ins')).toHaveText('operator')
  await expect(page).toHaveURL(/entry=\d+/)
  await page.reload()
  await expect(entries(page).locator('ins')).toHaveText('operator')
  await page.getByLabel('Search text').fill('nothing is called like this')
  await expect(page.getByText('No entry matches this search')).toBeVisible()
  await page.getByRole('button', { name: 'Clear search' }).click()
  await expect(entries(page).getByRole('row').nth(2)).toBeVisible()
  errors.none()
})

test('the chain is verified, and says how much was read, when and by whom', async ({ page }) => {
  await signIn(page, admin, '/audit')
  await verify(page)
  await expect(page.locator('.strip')).toContainText('Whole')
  await expect(page.locator('.strip')).toContainText(`by ${admin.email}`)
})

test('an entry that was changed in the database is found and named, and opens as not what was written', async ({
  page,
}) => {
  await signIn(page, admin, '/audit')
  await verify(page)
  await pastTheGuard(`UPDATE audit_entry SET actor = actor || ' too' WHERE seq = 2`)
  try {
    await page.getByRole('button', { name: 'Verify chain' }).click()
    await expect(page.getByText('The chain is broken.', { exact: true })).toBeVisible()
    await expect(page.locator('.strip')).toContainText('Broken at 2')
    await page.getByRole('button', { name: 'Show entry 2' }).click()
    await expect(page.getByText(/does not hold: this is not what was written/)).toBeVisible()
  } finally {
    await pastTheGuard(`UPDATE audit_entry SET actor = left(actor, -4) WHERE seq = 2`)
  }
  await page.reload()
  await verify(page)
  await expect(page.locator('.strip')).toContainText('Whole')
})

test('a sign-in that failed is in the trail, and a viewer may read it', async ({ page }) => {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill('viewer@parallax.local')
  await page.getByLabel('Password').fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert').filter({ hasText: /\S/ }).first()).toBeVisible()
  await signInAsViewer(page, '/audit?action=session.fail')
  await expect(
    entries(page)
      .getByRole('button', { name: /Sign-in failed/ })
      .first(),
  ).toBeVisible()
  await expect(entries(page).getByText('viewer@parallax.local').first()).toBeVisible()
})

test('an exported file proves the chain without the server, and shows where it was touched', async ({
  page,
}, testInfo) => {
  await signIn(page, admin, '/audit')
  await page.getByRole('button', { name: 'Export' }).click()
  const downloading = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: /^NDJSON/ }).click()
  const file = testInfo.outputPath('audit.ndjson')
  await (await downloading).saveAs(file)
  const run = (args: string[]) => {
    try {
      const stdout = execFileSync(process.execPath, [
        'dist/parallax.mjs',
        'audit',
        'verify',
        ...args,
        '--json',
      ])
      return { code: 0, ...(JSON.parse(String(stdout)) as { brokenAt: number | null; entries: number }) }
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: Buffer }
      return { code: status, ...(JSON.parse(String(stdout)) as { brokenAt: number | null; entries: number }) }
    }
  }
  const whole = run([file])
  expect(whole).toMatchObject({ code: 0, brokenAt: null })
  expect(whole.entries).toBeGreaterThan(3)
  const exported = await page.request.get('/api/v1/audit/export?format=ndjson')
  const touched = (await exported.text()).replace('"actor":"first start"', '"actor":"someone"')
  writeFileSync(file, touched)
  expect(run([file])).toMatchObject({ code: 1, brokenAt: 1 })
  const served = run(['--url', new URL(page.url()).origin, '--token', process.env.PARALLAX_API_TOKEN ?? ''])
  expect(served).toMatchObject({ code: 0, brokenAt: null })
})
