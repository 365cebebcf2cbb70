import { expect, test } from '@playwright/test'
import { expectAccessible } from './axe'
import { admin, signIn } from './session'
import { watchErrors } from './watch-errors'

test('a wrong password is refused in words that tell nobody whether the account exists', async ({ page }) => {
  await page.goto('/sign-in')
  const messages: string[] = []
  for (const email of [admin.email, 'nobody@parallax.local']) {
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    const alert = page.getByRole('alert').filter({ hasText: /\S/ }).first()
    await expect(alert).toBeVisible()
    messages.push(await alert.innerText())
    await page.reload()
  }
  expect(messages[0]).not.toBe('')
  expect(messages[1]).toBe(messages[0])
})

test('a link to a view survives signing in', async ({ page }) => {
  const errors = watchErrors(page)
  await signIn(page, admin, '/pipelines/departures?range=6h&zone=local')
  await expect(page).toHaveURL(/\/pipelines\/departures\?range=6h&zone=local/)
  errors.none()
})

test('signing out ends the session', async ({ page }) => {
  await signIn(page)
  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL(/\/sign-in/)
  await page.goto('/pipelines')
  await page.waitForURL(/\/sign-in/)
})

test('the sign-in page has no accessibility fault in both themes', async ({ page }) => {
  await page.goto('/sign-in')
  await expectAccessible(page)
})
