'use client'
import { useEffect, useState } from 'react'

/** How long a hidden tab keeps its live connection, so that a glance away does not cost a reconnect. */
const lingerMs = 20_000

/** Whether the tab is looked at. A hidden one gives its connection back: a browser has few per host. */
export function useVisible(): boolean {
  const [visible, setVisible] = useState(true)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const onChange = () => {
      clearTimeout(timer)
      if (document.visibilityState === 'visible') setVisible(true)
      else timer = setTimeout(() => setVisible(false), lingerMs)
    }
    document.addEventListener('visibilitychange', onChange)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onChange)
    }
  }, [])
  return visible
}
