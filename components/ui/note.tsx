import { ListFilter, Inbox, Lock, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button'
import { Glyph } from './glyph'

type Kind = 'empty' | 'filtered' | 'forbidden' | 'failed' | 'stale' | 'done'

interface NoteProps {
  kind: Kind
  /** What is not there, or what failed. */
  title: string
  /** Why, and the next step. */
  children?: ReactNode
  action?: ReactNode
}

const icons: Record<Kind, ReactNode> = {
  empty: <Inbox className="icon" aria-hidden="true" />,
  filtered: <ListFilter className="icon" aria-hidden="true" />,
  forbidden: <Lock className="icon" aria-hidden="true" />,
  failed: <Glyph status="bad" label="Failed" />,
  stale: <Glyph status="warn" label="Stale" />,
  done: <Glyph status="ok" label="Done" />,
}

/** What stands in a panel that has nothing to show: each reason with its own sign and next step. */
export function Note({ kind, title, children, action }: NoteProps) {
  return (
    <div className="note" {...(kind === 'failed' ? { role: 'alert' } : {})}>
      {icons[kind]}
      <div className="note-text">
        <b className="note-title">{title}</b>
        {children}
        {action ? <div className="note-action">{action}</div> : null}
      </div>
    </div>
  )
}

export function Failed({
  title,
  message,
  onRetry,
}: {
  title: string
  message: string
  onRetry?: () => void
}) {
  return (
    <Note
      kind="failed"
      title={title}
      action={
        onRetry ? (
          <Button size="small" onClick={onRetry}>
            <RotateCw className="icon" aria-hidden="true" />
            Try again
          </Button>
        ) : null
      }
    >
      {message}
    </Note>
  )
}
