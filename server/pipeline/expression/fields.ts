import type { FieldType, Node } from '../types'

export interface FieldUse {
  path: string[]
  /** `any`: only its presence is read, or its value whatever the type. */
  type: FieldType | 'any'
}

/** The fields of `data` an expression reads, each path and type once. */
export function fieldsOf(node: Node): FieldUse[] {
  const found = new Map<string, FieldUse>()
  visit(node, (part) => {
    if (!('path' in part)) return
    const type = part.op === 'field' ? part.type : 'any'
    found.set(JSON.stringify([type, ...part.path]), { path: part.path, type })
  })
  return [...found.values()]
}

export function visit(node: Node, see: (part: Node) => void): void {
  see(node)
  if ('args' in node) for (const arg of node.args) visit(arg, see)
}
