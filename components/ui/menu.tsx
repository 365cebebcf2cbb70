'use client'
import { useState } from 'react'
import type { ComponentType, ReactElement, ReactNode } from 'react'
import { Slot } from 'radix-ui'
import type { OpenMenuProps } from './open-menu'

export interface MenuItem {
  id: string
  text: ReactNode
  icon?: ReactNode
  /** Beside the text, quietly. */
  note?: string | undefined
  /** A screen to go to, or what is done. One of a choice needs neither. */
  href?: string
  onSelect?: () => void
  isDisabled?: boolean
  /** A line stands before it. */
  startsGroup?: boolean
}

export interface MenuProps {
  /** The button. */
  trigger: ReactElement
  items: readonly MenuItem[]
  /** Above the items. */
  head?: ReactNode
  /** Below them. */
  foot?: ReactNode
  /** One of the items is chosen. */
  choice?: { label: string; value: string; onChange: (id: string) => void }
  side?: 'top' | 'bottom'
  align?: 'start' | 'end'
  onOpen?: () => void
}

let fetched: ComponentType<OpenMenuProps> | null = null
const fetchMenu = async () => (fetched ??= (await import('./open-menu')).OpenMenu)

/** A button with a menu. What draws the menu is fetched when a hand nears the button. */
export function Menu({ trigger, ...menu }: MenuProps) {
  const [Opened, setOpened] = useState<ComponentType<OpenMenuProps> | null>(null)
  if (Opened) return <Opened trigger={trigger} {...menu} />
  const open = () => void fetchMenu().then((found) => setOpened(() => found))
  return (
    <Slot.Root
      aria-haspopup="menu"
      aria-expanded={false}
      data-state="closed"
      onPointerEnter={() => void fetchMenu()}
      onFocus={() => void fetchMenu()}
      onClick={open}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowDown') return
        event.preventDefault()
        open()
      }}
    >
      {trigger}
    </Slot.Root>
  )
}
