'use client'
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { useCallback, useMemo, useState } from 'react'
import { useWatch } from '@/components/live'
import type { Watch } from '@/components/live'
import type { ApiRange } from '@/components/view'
import type { DebugView, WatchMessage } from '@/server/api'

const indicators = ['event_to_view', 'latency', 'freshness'] as const
export const useIndicator = () =>
  useQueryState('indicator', parseAsStringLiteral(indicators).withDefault('event_to_view'))

export const useDebugPipeline = () => useQueryState('pipeline', parseAsString)

interface DebugInput {
  name: string
  indicator: (typeof indicators)[number]
  range: ApiRange
}

/** The live view of what is asked for; null while another is on its way. */
export function useDebug(asked: DebugInput): { view: DebugView | null; watch: Watch } {
  const key = JSON.stringify(asked)
  const [held, setHeld] = useState<{ key: string; view: DebugView } | null>(null)
  const input = useMemo(() => ({ debug: JSON.parse(key) as DebugInput }), [key])
  const onMessage = useCallback(
    (message: WatchMessage) => {
      if (message.topic === 'debug') setHeld({ key, view: message.data })
    },
    [key],
  )
  const watch = useWatch(input, onMessage)
  return { view: held?.key === key ? held.view : null, watch }
}
