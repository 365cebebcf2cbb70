'use client'
import { useEffect } from 'react'

/** Keys pressed while typing, or with a dialog open, belong to that. */
function isTaken(event: KeyboardEvent): boolean {
  const { target } = event
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return true
  return document.querySelector('[role="dialog"], [role="menu"]') !== null
}

const pairWithinMs = 1_200

interface ShortcutActions {
  palette: () => void
  help: () => void
  goTo: (path: string) => void
}

/** Ctrl/⌘ K, `?`, and `g` followed by a screen's letter. */
export function useShortcuts({ palette, help, goTo }: ShortcutActions): void {
  useEffect(() => {
    let goPressedAt = -Infinity
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault()
        palette()
        return
      }
      if (isTaken(event) || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === '?') {
        event.preventDefault()
        help()
      } else if (event.key === 'g') goPressedAt = event.timeStamp
      else if (event.timeStamp - goPressedAt < pairWithinMs) {
        goPressedAt = -Infinity
        if (event.key === 'o') goTo('/')
        if (event.key === 'b') goTo('/objectives')
        if (event.key === 't') goTo('/triage')
        if (event.key === 'u') goTo('/debug')
        if (event.key === 'l') goTo('/alerts')
        if (event.key === 'p') goTo('/pipelines')
        if (event.key === 'd') goTo('/divergence')
        if (event.key === 'j') goTo('/jobs')
        if (event.key === 'a') goTo('/audit')
        if (event.key === 's') goTo('/settings')
      }
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [palette, help, goTo])
}
