'use client'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { RefObject } from 'react'
import { cellImage, drawHeat, type HeatTexts, type HeatView } from './draw-heat'
import { drawOverlay, type HeatOverlay } from './draw-overlay'
import type { HeatLayout, Scroll } from './heat-layout'
import { onThemeChange, readPalette, type Palette } from './palette'
import type { PreparedHeat } from './prepare-heat'
import { timed } from './timed'

interface HeatCanvasInput {
  prepared: PreparedHeat
  layout: HeatLayout | null
  texts: HeatTexts
  strongRows: ReadonlySet<number>
  overlay: RefObject<HeatOverlay>
}

export interface HeatCanvas {
  canvas: RefObject<HTMLCanvasElement | null>
  scroller: RefObject<HTMLDivElement | null>
  /** Asks for the overlay to be drawn in the next frame. */
  refresh: () => void
  /** The map as it is seen, without pointer and cursor. */
  image: () => Promise<Blob | null>
}

/**
 * One canvas. The map is drawn into a buffer when data, theme, size or scroll position change; each frame of a
 * pointer's move copies the buffer and draws the overlay.
 */
export function useHeatCanvas(input: HeatCanvasInput): HeatCanvas {
  const { prepared, layout, texts, strongRows, overlay } = input
  const canvas = useRef<HTMLCanvasElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const buffer = useRef<HTMLCanvasElement | null>(null)
  const view = useRef<HeatView | null>(null)
  const frame = useRef(0)
  const palette = usePalette(scroller)
  const image = useMemo(
    () => (palette ? timed('heatmap.image', () => cellImage(prepared, palette)) : null),
    [prepared, palette],
  )

  const present = useCallback(() => {
    const c = canvas.current?.getContext('2d')
    if (!c || !buffer.current || !view.current) return
    c.setTransform(1, 0, 0, 1, 0, 0)
    c.drawImage(buffer.current, 0, 0)
    drawOverlay(c, view.current, overlay.current)
  }, [overlay])

  const refresh = useCallback(() => {
    cancelAnimationFrame(frame.current)
    frame.current = requestAnimationFrame(present)
  }, [present])

  const redraw = useCallback(() => {
    const target = canvas.current
    if (!target || !layout || !palette || !image) return
    const ratio = window.devicePixelRatio || 1
    const [width, height] = [Math.round(layout.viewWidth * ratio), Math.round(layout.viewHeight * ratio)]
    buffer.current ??= document.createElement('canvas')
    for (const each of [target, buffer.current])
      if (each.width !== width || each.height !== height) Object.assign(each, { width, height })
    const c = buffer.current.getContext('2d')
    if (!c) return
    view.current = {
      prepared,
      layout,
      scroll: scrollOf(scroller.current),
      palette,
      image,
      texts,
      strongRows,
      ratio,
    }
    const drawn = view.current
    timed('heatmap.draw', () => {
      drawHeat(c, drawn)
      present()
    })
  }, [prepared, layout, palette, image, texts, strongRows, present])

  useEffect(() => {
    redraw()
    const box = scroller.current
    let pending = 0
    const soon = () => {
      cancelAnimationFrame(pending)
      pending = requestAnimationFrame(redraw)
    }
    box?.addEventListener('scroll', soon, { passive: true })
    // The text is drawn again once its font is there.
    void document.fonts.ready.then(soon)
    return () => {
      cancelAnimationFrame(pending)
      box?.removeEventListener('scroll', soon)
    }
  }, [redraw])

  const save = useCallback(
    () =>
      new Promise<Blob | null>((resolve) =>
        buffer.current ? buffer.current.toBlob(resolve, 'image/png') : resolve(null),
      ),
    [],
  )
  return { canvas, scroller, refresh, image: save }
}

export const scrollOf = (box: HTMLDivElement | null): Scroll => ({
  x: box?.scrollLeft ?? 0,
  y: box?.scrollTop ?? 0,
})

function usePalette(host: RefObject<HTMLElement | null>): Palette | null {
  const [palette, setPalette] = useState<Palette | null>(null)
  useEffect(() => {
    const read = () => {
      if (host.current) setPalette(readPalette(host.current))
    }
    const stop = onThemeChange(read)
    const frame = requestAnimationFrame(read)
    return () => {
      stop()
      cancelAnimationFrame(frame)
    }
  }, [host])
  return palette
}
