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
  const shape = { aliases: [] as string[], depth: 0 }
  visit(parsed, (_, node, ancestors) => {
    if (isAlias(node)) shape.aliases.push(`*${node.source}`)
    if (isCollection(node)) shape.depth = Math.max(shape.depth, ancestors.filter(isCollection).length + 1)
  })
  if (shape.aliases.length > 0) return refused(shape.aliases[0], 'values written out, without YAML aliases')
  if (shape.depth > maxNesting) return refused(null, tooDeep)
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
  try {
    const text = JSON.stringify(value ?? null)
    const bytes = Buffer.byteLength(text)
    return bytes > maxDocumentBytes ? tooLarge(bytes) : { ok: true, document: JSON.parse(text) as unknown }
  } catch {
    return refused(null, 'a document that can be written as JSON')
  }
}

function tooLarge(bytes: number): ReadDocument {
  return refused(null, `a document of at most ${maxDocumentBytes} bytes, but this one has ${bytes}`)
}

function refused(value: unknown, expected: string): ReadDocument {
  return { ok: false, problems: [{ path: '', value, expected }] }
}
