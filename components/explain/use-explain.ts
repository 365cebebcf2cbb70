'use client'
import { createParser, useQueryState } from 'nuqs'
import { parseTarget, writeTarget } from './explain-target'

const parser = createParser({
  parse: parseTarget,
  serialize: writeTarget,
  eq: (a, b) => writeTarget(a) === writeTarget(b),
}).withOptions({ history: 'push' })

/** The number that explains itself: in the URL, so that the link can be handed on and Back closes it. */
export function useExplain() {
  return useQueryState('explain', parser)
}
