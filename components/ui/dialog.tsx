'use client'
import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button } from './button'

interface DialogProps {
  onClose: () => void
  title: string
  description?: ReactNode
  icon?: ReactNode
  /** Beside the close button. */
  aside?: ReactNode
  width?: 'small' | 'medium' | 'large'
  children: ReactNode
}

/** Shown while it is mounted. Traps the focus, closes on Escape, gives the focus back; a full sheet on a phone. */
export function Dialog({ onClose, title, description, icon, aside, width = 'large', children }: DialogProps) {
  return (
    <Radix.Root open onOpenChange={(next) => (next ? undefined : onClose())}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Radix.Content
          className="dialog"
          data-width={width === 'large' ? undefined : width}
          {...(description ? {} : { 'aria-describedby': undefined })}
        >
          <div className="dialog-head">
            {icon ? <span className="mt-1 text-text-3">{icon}</span> : null}
            <div className="min-w-0 grow">
              <Radix.Title className="dialog-title">{title}</Radix.Title>
              {description ? (
                <Radix.Description className="mt-0.5 text-text-2">{description}</Radix.Description>
              ) : null}
            </div>
            {aside}
            <Radix.Close asChild>
              <Button variant="quiet" iconOnly aria-label="Close">
                <X className="icon" aria-hidden="true" />
              </Button>
            </Radix.Close>
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
