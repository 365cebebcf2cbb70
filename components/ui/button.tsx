'use client'
import { Slot } from 'radix-ui'
import type { ComponentProps } from 'react'
import { Hint } from './hint'

interface ButtonProps extends ComponentProps<'button'> {
  variant?: 'plain' | 'primary' | 'quiet' | 'destructive'
  size?: 'normal' | 'small'
  iconOnly?: boolean
  /** Why it cannot be pressed now. The button stays in the tab order and says so. */
  off?: string | null | undefined
  asChild?: boolean
}

export function Button({
  variant = 'plain',
  size = 'normal',
  iconOnly = false,
  off,
  asChild = false,
  onClick,
  className = '',
  ...rest
}: ButtonProps) {
  const Element = asChild ? Slot.Root : 'button'
  const button = (
    <Element
      {...(asChild ? {} : { type: 'button' as const })}
      {...rest}
      className={`btn ${className}`}
      data-variant={variant}
      data-size={size}
      {...(iconOnly ? { 'data-icon-only': '' } : {})}
      {...(off ? { 'aria-disabled': true } : {})}
      onClick={off ? (event: React.MouseEvent) => event.preventDefault() : onClick}
    />
  )
  return off ? <Hint text={off}>{button}</Hint> : button
}
