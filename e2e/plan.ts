import { expect, type Locator, type Page } from '@playwright/test'

export const dialog = (page: Page): Locator => page.getByRole('dialog')

/** Opens one of the writes in the menu of a pipeline's page. */
export async function openAction(page: Page, action: RegExp): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('menuitem', { name: action }).click()
  await expect(dialog(page)).toBeVisible()
}

/** Gives a reason and applies; a plan that the schedule overtook is made again, as its refusal offers. */
export async function apply(page: Page, button: RegExp, reason: string): Promise<void> {
  await expect(dialog(page).getByText(/expires in|waits for a person/)).toBeVisible()
  await dialog(page)
    .getByLabel(/^Reason/)
    .fill(reason)
  const confirm = dialog(page).getByRole('button', { name: button })
  const refused = dialog(page).getByText('Refused: something moved since this plan')
  await expect(async () => {
    if (await refused.isVisible()) await dialog(page).getByRole('button', { name: 'Plan again' }).click()
    if (await dialog(page).isVisible()) {
      await expect(confirm).not.toHaveAttribute('aria-disabled', 'true', { timeout: 60_000 })
      await confirm.click()
    }
    await expect(dialog(page)).toBeHidden({ timeout: 5_000 })
  }).toPass()
}

/** A call of the product's own API as the person who is signed in. */
export async function call(
  page: Page,
  procedure: string,
  input: unknown,
): Promise<{ status: number; data: unknown }> {
  const answer = await page.request.post(`/api/trpc/${procedure}`, {
    data: { json: input },
    headers: { origin: new URL(page.url()).origin },
  })
  const body = (await answer.json()) as { result?: { data?: { json?: unknown } } }
  return { status: answer.status(), data: body.result?.data?.json }
}

/** Publishes flights through the gateway. Ones whose time has passed are late. */
export async function publish(
  page: Page,
  events: { source: string; id: string; time: number; origin: string }[],
): Promise<void> {
  const lines = events.map(({ source, id, time, origin }) =>
    JSON.stringify({
      specversion: '1.0',
      type: 'flight.departed',
      source,
      id,
      time: new Date(time).toISOString(),
      data: { origin, destination: 'LAX', distance: 1_000, delay: 5 },
    }),
  )
  const answer = await page.request.post('/api/v1/events', {
    headers: {
      authorization: `Bearer ${process.env.PARALLAX_API_TOKEN ?? ''}`,
      'content-type': 'application/x-ndjson',
    },
    data: lines.join('\n'),
  })
  expect(answer.status()).toBe(202)
  expect(await answer.json()).toMatchObject({ accepted: events.length })
}
