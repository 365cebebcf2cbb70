import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** No accessibility fault that a machine can find, in both themes; each is named with the elements it is about. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await new AxeBuilder({ page }).withTags(rules).analyze()
  // The themes differ in colours alone: what is not about colour was looked at already.
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await new AxeBuilder({ page }).withRules(['color-contrast', 'link-in-text-block']).analyze()
  const told = [light, dark].flatMap(({ violations }, theme) =>
    violations.map(
      ({ id, nodes }) =>
        `${theme === 0 ? 'light' : 'dark'}: ${id}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`,
    ),
  )
  expect(told).toEqual([])
}
