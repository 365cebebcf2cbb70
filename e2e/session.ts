import { expect, type Page } from '@playwright/test'

export const admin = {
  email: process.env.PARALLAX_ADMIN_EMAIL ?? '',
  password: process.env.PARALLAX_ADMIN_PASSWORD ?? '',
}
const viewer = { email: 'viewer@parallax.local', password: 'parallax-e2e-viewer' }

export async function signIn(page: Page, { email, password } = admin, path = '/pipelines'): Promise<void> {
  // A navigation of the page before may be under way and abort this one.
  await expect(() => page.goto(path)).toPass()
  await page.waitForURL(/\/sign-in/)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
}

/** Signs in as someone who may only look; the account is made by the admin through the product's own API. */
export async function signInAsViewer(page: Page, path: string): Promise<void> {
  await signIn(page)
  const made = await page.request.post('/api/trpc/users.create', {
    data: { json: { ...viewer, role: 'viewer' } },
    headers: { origin: new URL(page.url()).origin },
  })
  expect([200, 409]).toContain(made.status())
  // A page that stays open notices that its sign-in is gone, and goes to sign in for itself.
  await page.goto('about:blank')
  await page.context().clearCookies()
  await signIn(page, viewer, path)
}
