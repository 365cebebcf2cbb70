'use client'
import { CircleHelp, Search } from 'lucide-react'
import { Button } from '@/components/ui'
import { JobsTray } from './jobs-tray'
import { LiveAge } from './live-age'
import { RangePicker } from './range-picker'
import { ThemeSwitch } from './theme-switch'
import { Watcher } from './watcher'
import { ZoneSwitch } from './zone-switch'

interface HeaderProps {
  /** Shown on a phone, where the page's own title is for screen readers only. */
  title: string
  onFind: () => void
  onHelp: () => void
}

export function Header({ title, onFind, onHelp }: HeaderProps) {
  return (
    <>
      <header className="top">
        <span className="top-title" aria-hidden="true">
          {title}
        </span>
        <button type="button" className="finder desk-only" onClick={onFind}>
          <Search className="icon" aria-hidden="true" />
          <span>Find or act</span>
          <span className="kbd ml-auto">Ctrl K</span>
        </button>
        <span className="grow" />
        <LiveAge />
        <span className="desk-only">
          <Watcher />
        </span>
        <JobsTray />
        <span className="separator desk-only" />
        <span className="desk-only">
          <RangePicker />
        </span>
        <span className="desk-only">
          <ZoneSwitch />
        </span>
        <span className="desk-only">
          <ThemeSwitch />
        </span>
        <span className="desk-only">
          <Button variant="quiet" iconOnly aria-label="Shortcuts" onClick={onHelp}>
            <CircleHelp className="icon" aria-hidden="true" />
          </Button>
        </span>
      </header>
      <div className="top-second">
        <RangePicker />
        <ZoneSwitch />
        <span className="grow" />
        <Button variant="quiet" size="small" iconOnly aria-label="Find or act" onClick={onFind}>
          <Search className="icon" aria-hidden="true" />
        </Button>
        <ThemeSwitch />
        <Watcher />
      </div>
    </>
  )
}
