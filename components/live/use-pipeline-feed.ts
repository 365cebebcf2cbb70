'use client'
import { useCallback, useMemo, useState } from 'react'
import { rangeEnds } from '@/components/view'
import type { ApiRange } from '@/components/view'
import type { PipelineStatus, Series, TopKeys, WatchMessage } from '@/server/api'
import { applyMessage } from './pipeline-feed'
import type { PipelineHeld } from './pipeline-feed'
import { useWatch } from './use-watch'
import type { Watch } from './use-watch'

interface PipelineFeedInput {
  name: string
  range: ApiRange
  key: string | null
  /** Null until the definition is known: nothing is asked for before. */
  measure: string | null
}

export interface PipelineFeed {
  series: Series | null
  /** The measure the series holds: still the one before while another is on its way. */
  seriesMeasure: string | null
  status: PipelineStatus | null
  topKeys: TopKeys | null
  /** The figures shown are of another range or key than asked for; the new ones are on their way. */
  changing: boolean
  watch: Watch
}

/** All live figures of one pipeline page over one connection. Give the page its name as React key. */
export function usePipelineFeed({ name, range, key, measure }: PipelineFeedInput): PipelineFeed {
  const [held, setHeld] = useState<(PipelineHeld & { of: string; measure: string }) | null>(null)
  const [topKeys, setTopKeys] = useState<TopKeys | null>(null)
  const of = JSON.stringify([name, range, key, measure])
  const input = useMemo(
    () =>
      measure === null
        ? null
        : { pipeline: { name, range, key, measure }, topKeys: { name, range, measure, limit: 10 } },
    // `of` stands for range, which is a new object at every render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [of],
  )
  const onMessage = useCallback(
    (message: WatchMessage) => {
      if (message.topic === 'topKeys') setTopKeys(message.data)
      if (message.topic !== 'pipeline') return
      const { from } = rangeEnds(range, Date.now())
      setHeld((before) => {
        const next = applyMessage(before, message.data, from)
        return next && measure !== null ? { ...next, of, measure } : null
      })
    },
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [of],
  )
  const watch = useWatch(input, onMessage)
  return {
    series: held?.series ?? null,
    seriesMeasure: held?.measure ?? null,
    status: held?.status ?? null,
    topKeys: topKeys?.measure === measure ? topKeys : null,
    changing: held !== null && held.of !== of,
    watch,
  }
}
