/** How deep lists and objects nest in JSON text, told without reading it; more than `limit` is told as `limit + 1`. */
export function jsonDepth(text: string, limit: number): number {
  let depth = 0
  let deepest = 0
  let isInString = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (isInString) {
      if (char === backslash) i++
      else if (char === quote) isInString = false
    } else if (char === quote) isInString = true
    else if (char === openList || char === openObject) {
      if (++depth > deepest) deepest = depth
      if (depth > limit) return depth
    } else if (char === closeList || char === closeObject) depth--
  }
  return deepest
}

const [quote, backslash, openList, closeList, openObject, closeObject] = [34, 92, 91, 93, 123, 125]
