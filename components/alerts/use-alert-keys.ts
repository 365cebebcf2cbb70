'use client'
import { useEffect } from 'react'
import { useListKeys } from '@/components/pipelines'

const pairWithinMs = 1_200

/** j/k move, Enter opens, `a` presses the row's Acknowledge; not after `g`, which leads to another screen. */
export function useAlertKeys(count: number, onOpen: (index: number) => void): { current: number | null } {
  const { current } = useListKeys(count, onOpen)
  useEffect(() => {
    let goPressedAt = -Infinity
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'g') goPressedAt = event.timeStamp
      if (event.key !== 'a' || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.timeStamp - goPressedAt < pairWithinMs || isTaken(event.target)) return
      document.querySelector<HTMLButtonElement>('[data-current] [data-acknowledge] button')?.click()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  useEffect(() => {
    if (current !== null)
      document.querySelector('[data-current]')?.scrollIntoView({ block: 'nearest', behavior: 'auto' })
  }, [current])
  return { current }
}

function isTaken(target: EventTarget | null): boolean {
  const typing = target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
  return typing || document.querySelector('[role="dialog"], [role="menu"]') !== null
}
