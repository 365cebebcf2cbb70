'use client'
import { useEffect, useState } from 'react'

interface ListKeys {
  /** Row under the keyboard; null until a key was used. */
  current: number | null
}

/** j/k and the arrows move, Enter opens; nothing while typing or with a dialog open. */
export function useListKeys(count: number, onOpen: (index: number) => void): ListKeys {
  const [current, setCurrent] = useState<number | null>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target)) return
      const step = stepOf(event.key)
      if (step !== 0) {
        event.preventDefault()
        setCurrent((at) =>
          at === null ? (step > 0 ? 0 : count - 1) : Math.min(Math.max(at + step, 0), count - 1),
        )
      }
      if (event.key === 'Enter' && current !== null && current < count && !isControl(event.target))
        onOpen(current)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [count, current, onOpen])
  return { current: current !== null && current < count ? current : null }
}

function stepOf(key: string): number {
  if (key === 'j' || key === 'ArrowDown') return 1
  return key === 'k' || key === 'ArrowUp' ? -1 : 0
}

function isTaken(target: EventTarget | null): boolean {
  const typing = target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
  return typing || document.querySelector('[role="dialog"], [role="menu"]') !== null
}

/** Enter on a link or button is that link's or button's own. */
function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('a, button') !== null
}
