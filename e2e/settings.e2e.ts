import { expect, test } from '@playwright/test'
import { admin, signIn, signInAsViewer } from './session'
import { watchErrors } from './watch-errors'

test.describe.configure({ mode: 'serial' })

const operator = 'operator@parallax.local'

test('an admin adds an operator, who signs in with the password shown once and changes it', async ({
  page,
  browser,
}) => {
  const errors = watchErrors(page)
  await signIn(page, admin, '/settings?section=people')
  await page.getByRole('button', { name: 'Add person…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('E-mail').fill(operator)
  await dialog.getByRole('radio', { name: 'Operator' }).click()
  await dialog.getByRole('button', { name: 'Add person' }).click()
  await expect(dialog.getByRole('heading', { name: `${operator} may come in` })).toBeVisible()
  const password = await dialog.getByLabel('Password').innerText()
  expect(password).toMatch(/^\w{20}$/)
  await dialog.getByRole('button', { name: 'Done' }).click()
  const row = page.getByRole('row', { name: new RegExp(operator) })
  await expect(row).toContainText('operator')

  const theirs = await browser.newPage()
  await signIn(theirs, { email: operator, password }, '/settings')
  await expect(theirs.getByText('this one')).toBeVisible()
  const mine = `${password} and mine`
  await theirs.getByLabel('Current password').fill(password)
  await theirs.getByLabel('New password', { exact: true }).fill(mine)
  await theirs.getByLabel('New password again').fill(mine)
  await theirs.getByRole('button', { name: 'Change password' }).click()
  await expect(theirs.getByText('Your password is changed.')).toBeVisible()
  await theirs.getByRole('tab', { name: 'People' }).click()
  await expect(theirs.getByText('You may not see or change who may come in')).toBeVisible()
  await expect(theirs.getByText('That needs the role admin; yours is operator.')).toBeVisible()

  await page.getByRole('button', { name: `Change ${operator}` }).click()
  await page.getByRole('menuitem', { name: 'Sign out everywhere' }).click()
  await expect(page.getByText(`${operator}: 1 session ended.`)).toBeVisible()
  await expect(() => theirs.goto('/pipelines', { timeout: 10_000 })).toPass()
  await expect(theirs.getByLabel('E-mail')).toBeVisible()
  await theirs.close()
  errors.none()
})

test('a token is shown once, does what its scopes say and nothing else, and ends when it is revoked', async ({
  page,
  request,
}) => {
  await signIn(page, admin, '/settings?section=tokens')
  await page.getByRole('button', { name: 'Make token…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('e2e reader')
  await dialog.getByRole('button', { name: 'Make token' }).click()
  await expect(dialog.getByRole('heading', { name: 'Token e2e reader' })).toBeVisible()
  const secret = await dialog.getByLabel('Token', { exact: true }).innerText()
  await dialog.getByRole('button', { name: 'I have it' }).click()
  const headers = { authorization: `Bearer ${secret}` }
  const read = () => request.get('/api/v1/pipelines', { headers })
  expect((await read()).status()).toBe(200)
  const plan = await request.post('/api/v1/plans', { headers, data: {} })
  expect(plan.status()).toBe(403)
  expect(await plan.json()).toMatchObject({ needed: 'plans:write' })
  await page.reload()
  const row = page.getByRole('row', { name: /e2e reader/ })
  await expect(row).not.toContainText('never')
  await expect(page.getByText(secret)).toHaveCount(0)
  await row.getByRole('button', { name: 'Revoke e2e reader' }).click()
  await row.getByRole('button', { name: 'Revoke e2e reader for good' }).click()
  await expect(row).toContainText('revoked')
  expect((await read()).status()).toBe(401)
})

test('a policy says from which size on a second person approves, and needs a reason to change', async ({
  page,
}) => {
  await signIn(page, admin, '/settings?section=policy')
  await expect(page.getByText('No bound is set')).toBeVisible()
  await page.getByLabel('Cells').fill('many')
  await expect(page.getByText('Cells is not a whole number above 0.')).toBeVisible()
  await page.getByLabel('Cells').fill('900,000,000')
  await expect(page.getByText('Give a reason first.')).toBeVisible()
  await page.getByLabel('Reason').fill('Large repairs are looked at twice')
  await page.getByRole('button', { name: 'Set policy' }).click()
  await expect(page.getByText(/^A plan that touches more than 900,000,000 cells/)).toBeVisible()
  await page.getByLabel('Cells').fill('')
  await page.getByLabel('Reason').fill('As it was')
  await page.getByRole('button', { name: 'Set policy' }).click()
  await expect(page.getByText('No bound is set').first()).toBeVisible()
})

test('a viewer sees what each role may do, and why their own may not', async ({ page }) => {
  await signInAsViewer(page, '/settings?section=tokens')
  await expect(page.getByText('You may not see, make or revoke tokens')).toBeVisible()
  await page.getByRole('tab', { name: 'Policy' }).click()
  await expect(page.getByText('You may not change the policy')).toBeVisible()
  await page.getByRole('tab', { name: 'Roles' }).click()
  const apply = page.getByRole('row', { name: /Apply a plan/ })
  await expect(apply.getByText('viewer: no')).toBeAttached()
  await expect(apply.getByLabel('operator: yes')).toBeVisible()
  const answer = await page.request.post('/api/trpc/tokens.create', {
    data: { json: { name: 'x', scopes: ['admin'] } },
    headers: { origin: new URL(page.url()).origin },
  })
  expect(answer.status()).toBe(403)
})
