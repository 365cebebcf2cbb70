'use client'
import type { inferRouterInputs } from '@trpc/server'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useEffect, useState } from 'react'
import { describeError, toSignIn, useTRPC } from '@/components/data'
import { currentTime } from '@/components/view'
import type { AppRouter, WatchMessage } from '@/server/api'
import { useVisible } from './use-visible'

type WatchInput = inferRouterInputs<AppRouter>['live']['watch']
export type LiveState = 'connecting' | 'live' | 'down'

export interface Watch {
  state: LiveState
  /** When the last message came, by this machine's clock; null before the first. */
  lastAt: number | null
  error: string | null
}

const retryMs = 4_000

/** One live connection: state, age and messages. Reconnects by itself; a hidden tab lets go of it; null: none yet. */
export function useWatch(input: WatchInput | null, onMessage: (message: WatchMessage) => void): Watch {
  const trpc = useTRPC()
  const visible = useVisible()
  const [lastAt, setLastAt] = useState<number | null>(null)
  const { status, error, reset } = useSubscription(
    trpc.live.watch.subscriptionOptions(input ?? {}, {
      enabled: visible && input !== null,
      onData: (message) => {
        setLastAt(currentTime())
        onMessage(message)
      },
    }),
  )
  const described = error ? describeError(error) : null
  const failed = status === 'error'
  const code = described?.code
  useEffect(() => {
    if (!failed) return
    if (code === 'unauthenticated') {
      toSignIn()
      return
    }
    const timer = setTimeout(reset, retryMs)
    return () => clearTimeout(timer)
  }, [failed, code, reset])
  const state = failed ? 'down' : status === 'pending' ? 'live' : 'connecting'
  return { state, lastAt, error: described?.message ?? null }
}
