'use client'
import { Monitor, Moon, Sun, SunMoon } from 'lucide-react'
import { useCallback, useState } from 'react'
import { Button, Menu } from '@/components/ui'
import { readTheme, setTheme, themes } from './theme'
import type { Theme } from './theme'

const icons = { system: Monitor, light: Sun, dark: Moon }
const names: Record<Theme, string> = { system: 'As the system', light: 'Light', dark: 'Dark' }

export function ThemeSwitch() {
  const [theme, setShown] = useState<Theme>('system')
  const look = useCallback(() => setShown(readTheme(document.documentElement.dataset.theme)), [])
  return (
    <Menu
      onOpen={look}
      choice={{ label: 'Theme', value: theme, onChange: (next) => setTheme(readTheme(next)) }}
      items={themes.map((option) => {
        const Icon = icons[option]
        return { id: option, icon: <Icon className="icon" aria-hidden="true" />, text: names[option] }
      })}
      trigger={
        <Button variant="quiet" iconOnly aria-label="Theme">
          <SunMoon className="icon" aria-hidden="true" />
        </Button>
      }
    />
  )
}
