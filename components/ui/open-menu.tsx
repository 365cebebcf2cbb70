'use client'
import { Check } from 'lucide-react'
import Link from 'next/link'
import { DropdownMenu } from 'radix-ui'
import { Fragment, useEffect, useState } from 'react'
import type { MenuItem, MenuProps } from './menu'

export type OpenMenuProps = MenuProps

/**
 * Mounted by the press that asks for it, so it is open at first. Not modal: an item may open a dialog, which then has the
 * page to itself.
 */
export function OpenMenu({ trigger, items, head, foot, choice, side, align = 'end', onOpen }: OpenMenuProps) {
  const [open, setOpen] = useState(true)
  useEffect(() => {
    if (open) onOpen?.()
  }, [open, onOpen])
  return (
    <DropdownMenu.Root modal={false} open={open} onOpenChange={setOpen}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align={align}
          sideOffset={6}
          collisionPadding={8}
          {...(side ? { side } : {})}
        >
          {head}
          {choice ? (
            <DropdownMenu.RadioGroup
              value={choice.value}
              aria-label={choice.label}
              onValueChange={choice.onChange}
            >
              {items.map((item) => (
                <DropdownMenu.RadioItem key={item.id} value={item.id} className="menu-item">
                  <Line item={item} />
                  <DropdownMenu.ItemIndicator>
                    <Check className="icon" aria-hidden="true" />
                  </DropdownMenu.ItemIndicator>
                </DropdownMenu.RadioItem>
              ))}
            </DropdownMenu.RadioGroup>
          ) : (
            items.map((item) => (
              <Fragment key={item.id}>
                {item.startsGroup === true ? <div className="menu-line" /> : null}
                <Item item={item} />
              </Fragment>
            ))
          )}
          {foot}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function Item({ item }: { item: MenuItem }) {
  if (item.href !== undefined)
    return (
      <DropdownMenu.Item className="menu-item" asChild>
        <Link href={item.href}>
          {item.icon}
          {item.text}
        </Link>
      </DropdownMenu.Item>
    )
  return (
    <DropdownMenu.Item
      className="menu-item"
      disabled={item.isDisabled === true}
      onSelect={() => item.onSelect?.()}
    >
      <Line item={item} />
    </DropdownMenu.Item>
  )
}

function Line({ item: { icon, text, note } }: { item: MenuItem }) {
  return (
    <>
      {icon}
      <span className="grow">{text}</span>
      {note ? <span className="text-text-3 text-small">{note}</span> : null}
    </>
  )
}
