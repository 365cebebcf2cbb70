'use client'
import { Command } from 'cmdk'
import { ChevronDown, KeyRound } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useState } from 'react'

interface KeyPickerProps {
  value: string | null
  /** Keys worth offering: the top ones. Any other may be typed. */
  known: string[]
  onChange: (key: string | null) => void
}

export function KeyPicker({ value, known, onChange }: KeyPickerProps) {
  const [open, setOpen] = useState(false)
  const [text, setText] = useState('')
  const choose = (key: string | null) => {
    onChange(key)
    setText('')
    setOpen(false)
  }
  const typed = text.trim()
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className="ctl ctl-box" aria-label={`Key: ${value ?? 'all keys'}`}>
        <KeyRound className="icon" aria-hidden="true" />
        <span className="max-w-[140px] truncate">{value ?? 'All keys'}</span>
        <ChevronDown className="icon" aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu w-[240px]" align="end" sideOffset={4} collisionPadding={8}>
          <Command label="Key">
            <Command.Input
              className="field mb-1"
              placeholder="Find or type a key"
              value={text}
              onValueChange={setText}
            />
            <Command.List className="max-h-[280px] overflow-auto">
              <Command.Item className="menu-item key-item" value="All keys" onSelect={() => choose(null)}>
                All keys
              </Command.Item>
              {known.map((key) => (
                <Command.Item
                  key={key}
                  className="menu-item key-item"
                  value={key}
                  onSelect={() => choose(key)}
                >
                  <span className="truncate">{key}</span>
                </Command.Item>
              ))}
              {typed && !known.includes(typed) ? (
                <Command.Item
                  className="menu-item key-item"
                  forceMount
                  value={`typed ${typed}`}
                  onSelect={() => choose(typed)}
                >
                  <span className="truncate">Show key “{typed}”</span>
                </Command.Item>
              ) : null}
            </Command.List>
          </Command>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
