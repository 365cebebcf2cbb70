'use client'
import { Link2, X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import { useState, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { Button, showToast } from '@/components/ui'

const narrow = '(max-width: 720px)'

function subscribe(changed: () => void) {
  const query = matchMedia(narrow)
  query.addEventListener('change', changed)
  return () => query.removeEventListener('change', changed)
}

/** Beside the page on a desk, which stays in use; a full sheet on a phone. Escape closes it and gives the focus back. */
export function ExplainDrawer({
  title,
  onClose,
  children,
}: {
  title: string
  onClose: () => void
  children: ReactNode
}) {
  const isSheet = useSyncExternalStore(
    subscribe,
    () => matchMedia(narrow).matches,
    () => false,
  )
  const [opener] = useState(() => (typeof document === 'undefined' ? null : document.activeElement))
  return (
    <Radix.Root open modal={isSheet} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Radix.Portal>
        <Radix.Content
          className="drawer"
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            event.preventDefault()
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
          }}
          onInteractOutside={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            if (opener instanceof HTMLElement || opener instanceof SVGElement) opener.focus()
          }}
        >
          <div className="drawer-head">
            <Radix.Title className="text-[13px] font-semibold">{title}</Radix.Title>
            <div className="panel-actions">
              <Button
                variant="quiet"
                size="small"
                iconOnly
                aria-label="Copy link"
                onClick={() => void copyLink()}
              >
                <Link2 className="icon" aria-hidden="true" />
              </Button>
              <Radix.Close asChild>
                <Button variant="quiet" size="small" iconOnly aria-label="Close">
                  <X className="icon" aria-hidden="true" />
                </Button>
              </Radix.Close>
            </div>
          </div>
          <div className="drawer-body">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href)
    showToast({ status: 'ok', text: 'Link copied. It opens this very explanation.', durationMs: 3_000 })
  } catch {
    showToast({
      status: 'warn',
      text: 'The browser did not let the link be copied. Copy it from the address bar.',
    })
  }
}
