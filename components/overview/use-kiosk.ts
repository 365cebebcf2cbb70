'use client'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useCallback, useEffect, useRef } from 'react'
import { currentTime } from '@/components/view'

/** Without news for so long, a screen that nobody touches loads itself anew. */
const wakeAfterMs = 60_000
const checkMs = 15_000

/** A screen on a wall: `?kiosk=1`. Esc leaves; it keeps the display awake, and comes back after an outage by itself. */
export function useKiosk(lastAt: number | null) {
  const params = useSearchParams()
  const path = usePathname()
  const router = useRouter()
  const isOn = params.get('kiosk') === '1'
  const go = useCallback(
    (on: boolean) => {
      const next = new URLSearchParams(params)
      if (on) next.set('kiosk', '1')
      else next.delete('kiosk')
      router.replace(next.size > 0 ? `${path}?${next.toString()}` : path)
    },
    [params, path, router],
  )
  const leave = useCallback(() => {
    if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined)
    go(false)
  }, [go])
  const enter = useCallback(() => {
    if (document.fullscreenEnabled) void document.documentElement.requestFullscreen().catch(() => undefined)
    go(true)
  }, [go])
  useEscape(isOn, leave)
  useAwake(isOn)
  useWake(isOn, lastAt)
  return { isOn, enter, leave }
}

function useEscape(isOn: boolean, leave: () => void): void {
  useEffect(() => {
    if (!isOn) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') leave()
    }
    // In full screen the browser keeps Esc to itself and only says that it ended.
    const onFullscreen = () => {
      if (!document.fullscreenElement) leave()
    }
    document.addEventListener('keydown', onKey)
    document.addEventListener('fullscreenchange', onFullscreen)
    return () => {
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('fullscreenchange', onFullscreen)
    }
  }, [isOn, leave])
}

/** Keeps the display on; the browser lets go of that whenever the page is hidden. */
function useAwake(isOn: boolean): void {
  useEffect(() => {
    if (!isOn || !('wakeLock' in navigator)) return
    let held: WakeLockSentinel | null = null
    let isOver = false
    const hold = async () => {
      if (document.visibilityState !== 'visible') return
      const lock = await navigator.wakeLock.request('screen').catch(() => null)
      if (isOver) void lock?.release()
      else held = lock
    }
    const onVisible = () => void hold()
    void hold()
    document.addEventListener('visibilitychange', onVisible)
    return () => {
      isOver = true
      document.removeEventListener('visibilitychange', onVisible)
      void held?.release()
    }
  }, [isOn])
}

function useWake(isOn: boolean, lastAt: number | null): void {
  const seen = useRef(lastAt)
  useEffect(() => {
    seen.current = lastAt
  }, [lastAt])
  useEffect(() => {
    if (!isOn) return
    const startedAt = currentTime()
    const timer = setInterval(() => {
      if (currentTime() - (seen.current ?? startedAt) < wakeAfterMs) return
      // Only when there is something to load: a page that fails to load cannot try again.
      void fetch('/healthz', { cache: 'no-store' })
        .then(({ ok }) => (ok ? location.reload() : undefined))
        .catch(() => undefined)
    }, checkMs)
    return () => clearInterval(timer)
  }, [isOn])
}
