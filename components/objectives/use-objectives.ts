'use client'
import { useCallback, useState } from 'react'
import { useWatch } from '@/components/live'
import type { ObjectiveView, WatchMessage } from '@/server/api'

const wanted = { objectives: true }

/** All objectives, worst budget first, told again whenever they were evaluated or changed. */
export function useObjectives() {
  const [objectives, setObjectives] = useState<ObjectiveView[] | null>(null)
  const onMessage = useCallback((message: WatchMessage) => {
    if (message.topic === 'objectives') setObjectives(message.data)
  }, [])
  const watch = useWatch(wanted, onMessage)
  return { objectives, watch }
}
