'use client'
import { Monitor, Moon, Sun, SunMoon } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useState } from 'react'
import { Button } from '@/components/ui'
import { readTheme, setTheme, themes } from './theme'
import type { Theme } from './theme'

const icons = { system: Monitor, light: Sun, dark: Moon }
const names: Record<Theme, string> = { system: 'As the system', light: 'Light', dark: 'Dark' }

export function ThemeSwitch() {
  const [theme, setShown] = useState<Theme>('system')
  return (
    <DropdownMenu.Root onOpenChange={() => setShown(readTheme(document.documentElement.dataset.theme))}>
      <DropdownMenu.Trigger asChild>
        <Button variant="quiet" iconOnly aria-label="Theme">
          <SunMoon className="icon" aria-hidden="true" />
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6} collisionPadding={8}>
          <DropdownMenu.RadioGroup
            value={theme}
            aria-label="Theme"
            onValueChange={(next) => setTheme(readTheme(next))}
          >
            {themes.map((option) => {
              const Icon = icons[option]
              return (
                <DropdownMenu.RadioItem key={option} value={option} className="menu-item">
                  <Icon className="icon" aria-hidden="true" />
                  {names[option]}
                </DropdownMenu.RadioItem>
              )
            })}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
