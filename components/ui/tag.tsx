import type { ReactNode } from 'react'
import { QuietGlyph } from './glyph'
import type { Status } from './glyph'

/** A status as a word with its shape. */
export function Tag({ status, children }: { status: Status; children: ReactNode }) {
  return (
    <span className="tag" data-status={status}>
      <QuietGlyph status={status} />
      {children}
    </span>
  )
}
