'use client'
import { useCallback, useMemo, useState } from 'react'
import { useWatch } from '@/components/live'
import { apiRange, currentTime, useRange } from '@/components/view'
import type { Overview, WatchMessage } from '@/server/api'

/** The page's figures over one live connection; the last day, unless the address says another range. */
export function useOverview() {
  const [held, setHeld] = useState<Overview | null>(null)
  const [range] = useRange()
  const wanted = useMemo(() => ({ overview: apiRange(range, null, currentTime()) }), [range])
  const onMessage = useCallback((message: WatchMessage) => {
    if (message.topic === 'overview') setHeld(message.data)
  }, [])
  const watch = useWatch(wanted, onMessage)
  return { overview: held, watch }
}
