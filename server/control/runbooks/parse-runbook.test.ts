import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../../platform'
import { defaultRules } from '../../slo'
import { fillBlock, missingOf } from './fill'
import { parseRunbook } from './parse-runbook'

const folder = path.join(projectRoot(), 'pipelines', 'runbooks')
const shipped = readdirSync(folder).filter((file) => file.endsWith('.md'))
const read = (file: string) => {
  const parsed = parseRunbook(readFileSync(path.join(folder, file), 'utf8'))
  if (!parsed.ok) throw new Error(`${file}: ${JSON.stringify(parsed.problems)}`)
  return parsed.runbook
}

const head = '---\nname: one\ntitle: One\nsummary: For tests\nrules: []\n---\n'
const gate =
  '```check\nid: gate\ntitle: Current\nquery: lag\nargs: { pipeline: "{{pipeline}}" }\nexpect: data.seconds < 5\ngate: true\n```\n'

function problemsOf(body: string, before = head) {
  const parsed = parseRunbook(before + body)
  return parsed.ok ? [] : parsed.problems
}

describe('the shipped runbooks', () => {
  it('are those of F1 to F8 and the incident checklist', () => {
    expect(shipped.sort()).toEqual([
      'f1-batch-failure.md',
      'f2-speed-lag.md',
      'f3-duplicates.md',
      'f4-schema-mismatch.md',
      'f5-serving-inconsistency.md',
      'f6-cost-spike.md',
      'f7-late-data.md',
      'f8-suspicious-access.md',
      'full-disk.md',
      'incident-checklist.md',
      'lost-events.md',
    ])
  })

  it.each(shipped)('%s can be read, is named as its file and ends in a gate', (file) => {
    const { name, blocks } = read(file)
    expect(`${name}.md`).toBe(file)
    const steps = blocks.flatMap((block) => (block.kind === 'step' ? [block.step] : []))
    expect(steps.at(-1)).toMatchObject({ kind: 'check', isGate: true })
  })

  it('belong to at most one runbook a rule, so that an alert knows which is its own', () => {
    const rules = shipped.flatMap((file) => read(file).rules)
    expect(new Set(rules).size).toBe(rules.length)
  })

  it('are for rules that there are', () => {
    const known = new Set<string>(['*', ...defaultRules.map(({ name }) => name)])
    expect(shipped.flatMap((file) => read(file).rules).filter((rule) => !known.has(rule))).toEqual([])
  })
})

describe('a text that is wrong is refused with line and remedy', () => {
  it.each([
    ['no head', 'text', '', 'name, title, summary and rules'],
    ['an unknown field of the head', gate, head.replace('rules:', 'rulez:'), 'rulez'],
    ['no gate', 'just text', head, 'gate: true'],
    ['two gates', gate + gate.replace('id: gate', 'id: other'), head, 'there are 2'],
    ['an id twice', gate + gate.replace('gate: true', ''), head, 'another id'],
    ['a query there is not', gate.replace('query: lag', 'query: drop_table'), head, 'not drop_table'],
    ['an argument there is not', gate.replace('pipeline:', 'pipelin:'), head, 'an argument of lag'],
    ['an argument that lacks', gate.replace(/args:.*\n/, ''), head, 'a value: lag needs it'],
    ['a field there is not', gate.replace('data.seconds', 'data.second'), head, 'not second'],
    [
      'an expectation that is no truth',
      gate.replace('data.seconds < 5', 'data.seconds'),
      head,
      'true or false',
    ],
    ['a variable there is not', `{{window}}\n${gate}`, head, '{{pipeline}}'],
    ['a block without an end', gate.replace(/```\n$/, ''), head, 'a line of ```'],
    [
      'a plan of a kind there is not',
      `\`\`\`plan\nid: p\ntitle: P\nkind: erase\npipeline: a\n\`\`\`\n${gate}`,
      head,
      'nvalid',
    ],
    ['YAML that is none', `\`\`\`note\nid: [\n\`\`\`\n${gate}`, head, 'YAML'],
  ])('%s', (_what, body, before, says) => {
    const problems = problemsOf(body, before)
    expect(problems.map((one) => `${one.path} ${one.expected}`).join('\n')).toContain(says)
    expect(problems.every(({ line }) => line >= 1)).toBe(true)
  })

  it('names the line of the block', () => {
    const [problem] = problemsOf(`one\n\ntwo\n${gate.replace('query: lag', 'query: nothing')}`)
    expect(problem).toMatchObject({ line: 10, path: 'query' })
  })
})

describe('what is filled in', () => {
  it('is shown as code in text, and cannot become a link', () => {
    const filled = fillBlock(
      { kind: 'text', markdown: 'Ask {{producer}}.' },
      { producer: '`](https://example.org) x' },
    )
    expect(filled).toEqual({ kind: 'text', markdown: 'Ask ` ](https://example.org) x`.' })
  })

  it('is named while it is missing', () => {
    const parsed = parseRunbook(head + gate)
    const step = parsed.ok
      ? parsed.runbook.blocks.flatMap((b) => (b.kind === 'step' ? [b.step] : []))[0]
      : undefined
    expect(step && missingOf(step, {})).toEqual(['pipeline'])
    expect(step && missingOf(step, { pipeline: 'departures' })).toEqual([])
  })
})
