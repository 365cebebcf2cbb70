'use client'
import { Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, QuietGlyph, showToast } from '@/components/ui'

interface LabelledProps {
  label: string
  /** What to know before filling it in. */
  note?: ReactNode
  children: ReactNode
}

/** The note stands outside of the label: a field is called by its label alone. */
export function Labelled({ label, note, children }: LabelledProps) {
  return (
    <div className="flex flex-col gap-1.5">
      <label className="flex flex-col gap-1.5 font-medium">
        {label}
        {children}
      </label>
      {note ? <span className="text-small text-text-3">{note}</span> : null}
    </div>
  )
}

export function Problem({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="flex gap-2 text-text-1">
      <span className="flex-none">
        <QuietGlyph status="bad" />
      </span>
      {children}
    </p>
  )
}

/** Something shown this once, with a button that copies it. */
export function SecretText({ label, secret }: { label: string; secret: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret)
      showToast({ status: 'ok', text: `${label} copied.`, durationMs: 3_000 })
    } catch {
      showToast({
        status: 'warn',
        text: 'The browser did not let it be copied. Select it and copy it by hand.',
      })
    }
  }
  return (
    <div className="flex items-center gap-2">
      <output
        className="field mono flex h-auto! min-h-8 items-center py-1.5 break-all select-all"
        aria-label={label}
      >
        {secret}
      </output>
      <Button onClick={() => void copy()}>
        <Copy className="icon" aria-hidden="true" />
        Copy
      </Button>
    </div>
  )
}
