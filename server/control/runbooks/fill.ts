import type { Block, Step, VariableName, Variables } from './model'
import { variableNames } from './model'

const slot = /\{\{\s*([a-z]+)\s*\}\}/g

/** Names of `{{…}}` in a text, known or not. */
export const slotsOf = (text: string): string[] => [...text.matchAll(slot)].map(([, name = '']) => name)

export const isVariable = (name: string): name is VariableName =>
  (variableNames as readonly string[]).includes(name)

/** A value as it is; a slot without a value stays to be seen. */
const fillPlain = (text: string, variables: Variables): string =>
  text.replaceAll(slot, (whole, name: string) => (isVariable(name) ? (variables[name] ?? whole) : whole))

/** In Markdown a value is shown as code: what a producer calls itself must not become a link or a picture. */
const fillMarkdown = (text: string, variables: Variables): string =>
  text.replaceAll(slot, (whole, name: string) => {
    const value = isVariable(name) ? variables[name] : undefined
    return value === undefined ? whole : `\`${value.replaceAll(/[`\r\n]/g, ' ')}\``
  })

export function fillBlock(block: Block, variables: Variables): Block {
  if (block.kind === 'text') return { kind: 'text', markdown: fillMarkdown(block.markdown, variables) }
  return { kind: 'step', step: fillStep(block.step, variables) }
}

export function fillStep(step: Step, variables: Variables): Step {
  const title = fillPlain(step.title, variables)
  if (step.kind === 'note') return { ...step, title }
  if (step.kind === 'check') return { ...step, title, args: fillValues(step.args, variables) }
  return { ...step, title, plan: fillDeep(step.plan, variables) }
}

/** Variables a step needs that have no value. */
export function missingOf(step: Step, variables: Variables): VariableName[] {
  const asked = step.kind === 'note' ? '' : JSON.stringify(step.kind === 'check' ? step.args : step.plan)
  const names = slotsOf(asked).filter(isVariable)
  return [...new Set(names)].filter((name) => variables[name] === undefined)
}

const fillValues = <T extends string | number | boolean>(values: Record<string, T>, variables: Variables) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? fillPlain(value, variables) : value,
    ]),
  )

function fillDeep<T>(value: T, variables: Variables): T {
  if (typeof value === 'string') return fillPlain(value, variables) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, fillDeep<unknown>(inner, variables)]),
  ) as T
}
