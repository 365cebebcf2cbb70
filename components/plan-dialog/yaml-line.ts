/**
 * The line, counted from 1, of a path in a block-style YAML document; of its deepest part that has a line of its own
 * when the rest is written inline. Null when not even its first part is there.
 */
export function lineOfPath(text: string, path: string): number | null {
  const parts = path.split(/[.[\]]+/).filter(Boolean)
  let found: number | null = null
  let depth = 0
  let parentIndent = -1
  const lines = text.split('\n')
  for (const [i, line] of lines.entries()) {
    const match = /^(\s*)(?:- )?["']?([^\s"':#][^"':#]*)["']?\s*:/.exec(line)
    if (!match) continue
    const indent = match[1]?.length ?? 0
    // The block that held the path so far has ended: nothing deeper will come.
    if (indent <= parentIndent) return found
    if (match[2] !== parts[depth]) continue
    found = i + 1
    parentIndent = indent
    depth++
    if (depth === parts.length) return found
  }
  return found
}

/** Where a line starts and ends, for selecting it. */
export function lineSpan(text: string, line: number): { start: number; end: number } {
  const before = text.split('\n').slice(0, line - 1)
  const start = before.reduce((sum, one) => sum + one.length + 1, 0)
  const end = text.indexOf('\n', start)
  return { start, end: end === -1 ? text.length : end }
}
