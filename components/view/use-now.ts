'use client'
import { useEffect, useState } from 'react'

/** The time, told again every `everyMs`. Only ages and the right edge of a live axis need it. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

/** The time for an event handler; what is drawn takes it from `useNow`. */
export function currentTime(): number {
  return Date.now()
}
