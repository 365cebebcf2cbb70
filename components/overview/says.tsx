import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { keepView } from '@/components/view'
import type { Piece } from './statement'

/** A sentence made of data; what is linked leads to its proof. */
export function Says({ pieces }: { pieces: readonly Piece[] }) {
  const params = useSearchParams()
  return (
    <p className="say-text">
      {pieces.map(({ text, strong, href }, i) => {
        const body = strong ? <b>{text}</b> : text
        return href ? (
          <Link key={i} className="say-link" href={href.includes('?') ? href : keepView(href, params)}>
            {body}
          </Link>
        ) : (
          <span key={i}>{body}</span>
        )
      })}
    </p>
  )
}
