'use client'
import { LoaderCircle } from 'lucide-react'
import type { ReactNode } from 'react'
import { QuietGlyph } from './glyph'
import type { Status } from './glyph'
import { Button } from './button'
import { toastsReady } from './toaster'

type Toasts = Awaited<ReturnType<typeof toastsReady>>['toast']

interface ToastAction {
  label: string
  onClick: () => void
}

interface ToastContent {
  id?: string
  status: Status | 'running'
  text: ReactNode
  action?: ToastAction
  /** The way back, after the action. */
  undo?: ToastAction
  /** How long it stays; a running one stays until it is replaced. */
  durationMs?: number
}

/** One line about a write: done, running with its progress, or refused with the way on. */
export function showToast(content: ToastContent): void {
  void toastsReady().then(({ toast }) => show(toast, content))
}

function show(toast: Toasts, { id, status, text, action, undo, durationMs }: ToastContent): void {
  toast.custom(
    (shown) => (
      <div className="toast">
        {status === 'running' ? (
          <LoaderCircle className="icon animate-spin text-accent" aria-hidden="true" />
        ) : (
          <QuietGlyph status={status} />
        )}
        <span className="min-w-0 grow">{text}</span>
        {[action, undo].map((offered) =>
          offered ? (
            <Button
              key={offered.label}
              size="small"
              onClick={() => {
                toast.dismiss(shown)
                offered.onClick()
              }}
            >
              {offered.label}
            </Button>
          ) : null,
        )}
      </div>
    ),
    { ...(id ? { id } : {}), duration: status === 'running' ? Infinity : (durationMs ?? 8_000) },
  )
}
