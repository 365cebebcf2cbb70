import { isAlias, isCollection, parseDocument, visit } from 'yaml'
import type { Problem } from './types'

/** A definition is written by hand: larger documents are a mistake or an attack. */
const maxDocumentBytes = 64 * 1024
const maxNesting = 32
const tooDeep = `a document nested at most ${maxNesting} deep`

export type ReadDocument = { ok: true; document: unknown } | { ok: false; problems: Problem[] }

/** The document of a YAML or JSON text, or of a value that was parsed already. */
export function readDocument(input: unknown): ReadDocument {
  return typeof input === 'string' ? readText(input) : readValue(input)
}

function readText(text: string): ReadDocument {
  const bytes = Buffer.byteLength(text)
  if (bytes > maxDocumentBytes) return tooLarge(bytes)
  if (deepestNesting(text) > maxNesting) return refused(null, tooDeep)
  const parsed = parseDocument(text, { uniqueKeys: true, version: '1.2', schema: 'core', merge: false })
  const failure = parsed.errors[0] ?? parsed.warnings[0]
  if (failure) return refused(null, explained(failure.message))
  let found: string | null = null
  let depth = 0
  visit(parsed, (_, node, ancestors) => {
    if (isAlias(node)) found ??= `*${node.source}`
    if (isCollection(node)) depth = Math.max(depth, ancestors.filter(isCollection).length + 1)
  })
  if (found !== null) return refused(found, 'values written out, without YAML aliases')
  if (depth > maxNesting) return refused(null, tooDeep)
  return { ok: true, document: parsed.toJS({ maxAliasCount: 0 }) }
}

function explained(message: string): string {
  if (message.includes('call stack')) return tooDeep
  return `YAML or JSON, but ${message.trim()}`
}

/** Brackets bound the depth of JSON and flow YAML before a recursive parser sees them. */
function deepestNesting(text: string): number {
  let depth = 0
  let deepest = 0
  for (const character of text) {
    if (character === '[' || character === '{') deepest = Math.max(deepest, (depth += 1))
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1)
  }
  return deepest
}

function readValue(value: unknown): ReadDocument {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch {
    return refused(null, 'a document that can be written as JSON')
  }
  const bytes = Buffer.byteLength(text ?? '')
  if (bytes > maxDocumentBytes) return tooLarge(bytes)
  return { ok: true, document: text === undefined ? undefined : (JSON.parse(text) as unknown) }
}

function tooLarge(bytes: number): ReadDocument {
  return refused(null, `a document of at most ${maxDocumentBytes} bytes, but this one has ${bytes}`)
}

function refused(value: unknown, expected: string): ReadDocument {
  return { ok: false, problems: [{ path: '', value, expected }] }
}
