import type { Status } from '@/components/ui'

/** A part of a sentence; what is linked leads to what proves it. */
export interface Piece {
  text: string
  strong?: boolean
  href?: string
}

/** One of the page's three answers: a figure, the sentence it stands in, and where both come from. */
export interface Statement {
  status: Status
  /** In a few words, how it stands now. */
  heading: string
  /** Null: not known, which is not the same as none. */
  figure: { value: string; unit: string } | null
  says: Piece[]
  /** The evidence of the figure. */
  href: string
}

export const textOf = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join('')
