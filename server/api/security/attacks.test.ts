import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../../platform'

const read = (file: string) => readFileSync(path.join(projectRoot(), file), 'utf8')

interface Row {
  attack: number
  answer: string
  /** Files, and what is to be found in them: a part of a title, else the number of the attack. */
  shown: { file: string; title: string | null }[]
  shownBy: string
}

const rows = read('docs/security.md')
  .split('\n')
  .filter((line) => /^\| *\d+ *\|/.test(line))
  .map((line): Row => {
    const [, attack = '', , answer = '', shownBy = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim())
    const shown = [...shownBy.matchAll(/`([^`]+\.ts)`(?: "([^"]*)")?/g)].map(([, file = '', title]) => ({
      file,
      title: title ?? null,
    }))
    return { attack: Number(attack), answer, shown, shownBy }
  })

describe('docs/security.md', () => {
  it('answers forty attacks, each once', () => {
    expect(rows.map(({ attack }) => attack)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
    for (const { answer } of rows) expect(answer).not.toBe('')
  })

  it.each(rows)('attack $attack is shown by tests that are there', ({ attack, shown, shownBy }) => {
    // One is shown by a suite that has a page of its own.
    if (shown.length === 0) expect(shownBy).toMatch(/docs\/[\w-]+\.md/)
    for (const { file, title } of shown) {
      expect(existsSync(path.join(projectRoot(), file)), file).toBe(true)
      expect(read(file), file).toContain(title ?? `[attack ${attack}]`)
    }
  })
})
