'use client'
import { Copy } from 'lucide-react'
import { Button, showToast } from '@/components/ui'

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
