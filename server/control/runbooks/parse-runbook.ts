import { parse } from 'yaml'
import { z } from 'zod'
import { isVariable, slotsOf } from './fill'
import type { Block, ParsedRunbook, RunbookProblem, Step } from './model'
import { variableNames } from './model'
import { planBlock } from './plan-block'
import { stepProblems } from './step-problems'

export const maxTextBytes = 65_536
const maxSteps = 40

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, a letter first, at most 63')
const line = (max: number) => z.string().trim().min(1).max(max)

const frontMatter = z.strictObject({
  name,
  title: line(120),
  summary: line(300),
  rules: z.array(line(64)).max(40).default([]),
})

const scalar = z.union([z.string().max(400), z.number(), z.boolean()])
const common = { id: name, title: line(160) }

const checkBlock = z
  .strictObject({
    ...common,
    query: line(40),
    args: z.record(z.string(), scalar).default({}),
    expect: line(400),
    otherwise: line(400).optional(),
    gate: z.boolean().default(false),
  })
  .transform(({ gate, otherwise = null, ...rest }): Step => ({
    kind: 'check',
    isGate: gate,
    otherwise,
    ...rest,
  }))

const noteBlock = z.strictObject(common).transform((step): Step => ({ kind: 'note', isGate: false, ...step }))

const blocks = {
  check: checkBlock,
  plan: z
    .looseObject(common)
    .transform(({ id, title, ...plan }) => ({ id, title, plan }))
    .pipe(z.object({ ...common, plan: planBlock }))
    .transform((step): Step => ({ kind: 'plan', isGate: false, ...step })),
  note: noteBlock,
} satisfies Record<Step['kind'], z.ZodType<Step>>

type Parsed = { ok: true; runbook: ParsedRunbook } | { ok: false; problems: RunbookProblem[] }

/** Reads a runbook: front matter, Markdown, and steps in fenced blocks named `check`, `plan` and `note`. */
export function parseRunbook(text: string): Parsed {
  if (Buffer.byteLength(text) > maxTextBytes)
    return refused(1, '', `a text of at most ${maxTextBytes / 1024} KiB`)
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const end = lines[0] === '---' ? lines.indexOf('---', 1) : -1
  if (end < 0) return refused(1, '', 'a head between two lines of `---`, with name, title, summary and rules')
  const head = readYaml(lines.slice(1, end), 2, frontMatter)
  const { found, problems } = readBody(lines.slice(end + 1), end + 2)
  if (!head.ok) return { ok: false, problems: [...head.problems, ...problems] }
  const all = [...problems, ...wholeProblems(found)]
  if (all.length > 0) return { ok: false, problems: all }
  return { ok: true, runbook: { ...head.value, blocks: found.map(({ block }) => block) } }
}

interface Found {
  line: number
  block: Block
}

function readBody(lines: string[], firstLine: number): { found: Found[]; problems: RunbookProblem[] } {
  const found: Found[] = []
  const problems: RunbookProblem[] = []
  let prose: string[] = []
  let proseLine = firstLine
  const flush = () => {
    const markdown = prose.join('\n').trim()
    if (markdown !== '') found.push({ line: proseLine, block: { kind: 'text', markdown } })
    prose = []
  }
  for (let i = 0; i < lines.length; i++) {
    const kind = stepKind(lines[i] ?? '')
    if (kind === null) {
      if (prose.length === 0) proseLine = firstLine + i
      prose.push(lines[i] ?? '')
      continue
    }
    flush()
    const close = lines.findIndex((text, at) => at > i && /^```\s*$/.test(text))
    const at = firstLine + i
    if (close < 0) {
      problems.push({ line: at, path: kind, expected: 'an end of the block: a line of ```' })
      break
    }
    const read = readYaml(lines.slice(i + 1, close), at + 1, blocks[kind])
    if (read.ok) found.push({ line: at, block: { kind: 'step', step: read.value } })
    else problems.push(...read.problems.map((one) => ({ ...one, path: `${kind}: ${one.path}` })))
    i = close
  }
  flush()
  return { found, problems }
}

function stepKind(text: string): Step['kind'] | null {
  const [, kind] = /^```(check|plan|note)\s*$/.exec(text) ?? []
  return (kind as Step['kind'] | undefined) ?? null
}

function readYaml<T>(
  lines: string[],
  firstLine: number,
  schema: z.ZodType<T>,
): { ok: true; value: T } | { ok: false; problems: RunbookProblem[] } {
  let document: unknown
  try {
    document = parse(lines.join('\n'), { prettyErrors: false })
  } catch (error) {
    return refused(firstLine, '', `YAML, but ${(error as Error).message}`)
  }
  const result = schema.safeParse(document)
  if (result.success) return { ok: true, value: result.data }
  return {
    ok: false,
    problems: result.error.issues.slice(0, 20).map((issue) => {
      const path = issue.path.join('.')
      const at = lines.findIndex((text) => text.trimStart().startsWith(`${String(issue.path.at(-1))}:`))
      return { line: firstLine + Math.max(0, at), path, expected: issue.message }
    }),
  }
}

/** What only the whole can tell: ids, the gate, names of variables, queries and their fields. */
function wholeProblems(found: readonly Found[]): RunbookProblem[] {
  const problems: RunbookProblem[] = []
  const ids = new Set<string>()
  let gates = 0
  let steps = 0
  for (const { line: at, block } of found) {
    const text = block.kind === 'text' ? block.markdown : JSON.stringify(block.step)
    const strange = slotsOf(text).find((slot) => !isVariable(slot))
    if (strange !== undefined)
      problems.push({
        line: at,
        path: `{{${strange}}}`,
        expected: `one of ${variableNames.map((one) => `{{${one}}}`).join(', ')}`,
      })
    if (block.kind === 'text') continue
    const { step } = block
    steps += 1
    if (step.isGate) gates += 1
    if (ids.has(step.id)) problems.push({ line: at, path: 'id', expected: `another id: ${step.id} is taken` })
    ids.add(step.id)
    problems.push(...stepProblems(step).map((problem) => ({ line: at, ...problem })))
  }
  if (gates !== 1)
    problems.push({
      line: 1,
      path: 'gate',
      expected: `exactly one check with \`gate: true\`, which says that it is mended; there are ${gates}`,
    })
  if (steps > maxSteps)
    problems.push({ line: 1, path: 'steps', expected: `at most ${maxSteps} steps, not ${steps}` })
  return problems
}

const refused = (at: number, path: string, expected: string) => ({
  ok: false as const,
  problems: [{ line: at, path, expected }],
})
