'use client'
import { X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { ReactNode, RefObject } from 'react'
import { formatDuration, formatInstant } from '@/components/format'
import { liveness } from '@/components/live'
import type { Watch } from '@/components/live'
import { Button, Glyph, Logo } from '@/components/ui'
import { useNow, useZone } from '@/components/view'

/** The width that the page is drawn for; a wall shows it larger. */
const drawnWidth = 1_340
const mostScale = 4
const restMs = 3_000

interface KioskFrameProps {
  isStale: boolean
  watch: Watch
  onLeave: () => void
  children: ReactNode
}

/** The page on a wall: no chrome but the name, the clock and whether it is live; as large as the display allows. */
export function KioskFrame({ isStale, watch, onLeave, children }: KioskFrameProps) {
  const [zone] = useZone()
  const now = useNow(1_000)
  const [box, fit] = useFit()
  const isResting = useResting()
  const state = liveness(watch.state, watch.lastAt, now)
  return (
    <div className="kiosk" data-resting={isResting ? '' : undefined}>
      <div
        ref={box}
        className="kiosk-page overview"
        style={{ zoom: fit.scale, ...(fit.width === null ? {} : { width: fit.width }) }}
      >
        <header className="kiosk-head">
          <Logo />
          <h1 className="font-semibold">Parallax</h1>
          <span className="grow" />
          <span className="flex items-center gap-2" role="status">
            {isStale ? (
              <Glyph status="warn" label="Stale" />
            ) : (
              <span className="live-dot" data-state={state} />
            )}
            {isStale && watch.lastAt !== null
              ? `No news for ${formatDuration(now - watch.lastAt)}; trying again`
              : state === 'connecting'
                ? 'Connecting'
                : 'Live'}
          </span>
          <time className="kiosk-clock" suppressHydrationWarning>
            {formatInstant(now, zone, 'full')}
          </time>
          <Button className="kiosk-leave" variant="quiet" size="small" onClick={onLeave}>
            <X className="icon" aria-hidden="true" />
            Esc
          </Button>
        </header>
        {children}
      </div>
    </div>
  )
}

interface Fit {
  scale: number
  /** Of the page in its own pixels; null: as wide as the display. */
  width: number | null
}

/** As large as fits the display both ways; never smaller than drawn. A small change of height changes nothing. */
function useFit(): [RefObject<HTMLDivElement | null>, Fit] {
  const box = useRef<HTMLDivElement>(null)
  const [fit, setFit] = useState<Fit>({ scale: 1, width: null })
  useEffect(() => {
    const element = box.current
    if (!element) return
    const measure = () => {
      const rect = element.getBoundingClientRect()
      setFit((before) => {
        const height = rect.height / before.scale
        const wanted = Math.min(innerWidth / drawnWidth, innerHeight / Math.max(height, 1))
        const scale = Math.min(Math.max(1, wanted), mostScale)
        const isSame = Math.abs(scale / before.scale - 1) < 0.03 && height * before.scale <= innerHeight + 1
        if (isSame && before.width !== null) return before
        return { scale, width: scale > 1 ? innerWidth / scale : null }
      })
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    addEventListener('resize', measure)
    return () => {
      observer.disconnect()
      removeEventListener('resize', measure)
    }
  }, [])
  return [box, fit]
}

/** Nobody has moved the pointer for a while: it need not be seen, nor the way out. */
function useResting(): boolean {
  const [isResting, setResting] = useState(false)
  useEffect(() => {
    let timer = setTimeout(() => setResting(true), restMs)
    const onMove = () => {
      setResting(false)
      clearTimeout(timer)
      timer = setTimeout(() => setResting(true), restMs)
    }
    addEventListener('pointermove', onMove)
    addEventListener('keydown', onMove)
    return () => {
      clearTimeout(timer)
      removeEventListener('pointermove', onMove)
      removeEventListener('keydown', onMove)
    }
  }, [])
  return isResting
}
