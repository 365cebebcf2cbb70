'use client'
import { usePlotArea, useXAxisScale, useYAxisScale } from 'recharts'
import type { Span } from './series-drawing'

export interface Scales {
  left: number
  right: number
  top: number
  bottom: number
  x: (at: number) => number
  y: (value: number) => number
  band: (span: Span) => { x: number; y: number; width: number; height: number }
}

/** Places on the plot in pixels, kept inside it; null before the chart is laid out. */
export function useScales(): Scales | null {
  const plot = usePlotArea()
  const xScale = useXAxisScale()
  const yScale = useYAxisScale()
  if (!plot || !xScale || !yScale) return null
  const { x: left, y: top, width, height } = plot
  const right = left + width
  const bottom = top + height
  const x = (at: number) => clamp(Number(xScale(at)), left, right)
  const y = (value: number) => clamp(Number(yScale(value)), top, bottom)
  const band = ({ from, to }: Span) => ({ x: x(from), y: top, width: Math.max(1, x(to) - x(from)), height })
  return { left, right, top, bottom, x, y, band }
}

export function clamp(n: number, low: number, high: number): number {
  return Math.min(Math.max(n, low), high)
}
