'use client'
import { formatDuration } from '@/components/format'
import { liveness, useConsoleFeed } from '@/components/live'
import type { Liveness } from '@/components/live'
import { Hint } from '@/components/ui'
import { useNow } from '@/components/view'

const words: Record<Liveness, string> = {
  connecting: 'Connecting',
  live: 'Live',
  stale: 'Stale',
  down: 'Down',
}
const says: Record<Liveness, string> = {
  connecting: 'The live connection is being opened.',
  live: 'Figures change by themselves as the layers commit.',
  stale: 'Nothing came for a while. The connection is tried again by itself.',
  down: 'The live connection is down. It is tried again by itself; figures stay as they were.',
}

export function LiveAge() {
  const { watch } = useConsoleFeed()
  const now = useNow(1_000)
  const state = liveness(watch.state, watch.lastAt, now)
  return (
    <Hint text={says[state]}>
      <button type="button" className="ctl" data-live={state}>
        <span className="live-dot" data-state={state} />
        <span>{words[state]}</span>
        {watch.lastAt !== null ? (
          <span className={`min-w-[54px] text-left ${state === 'live' ? 'text-text-3' : 'text-warn'}`}>
            {formatDuration(Math.max(now - watch.lastAt, 100))} old
          </span>
        ) : null}
      </button>
    </Hint>
  )
}
