'use client'
import { ZIndexLayer } from 'recharts'
import { useScales } from './use-scales'

/** Where the keys have come to: the line the mouse would have. */
export function KeyCursor({ at }: { at: number }) {
  const scales = useScales()
  if (!scales) return null
  const x = scales.x(at)
  return (
    <ZIndexLayer zIndex={440}>
      <line x1={x} x2={x} y1={scales.top} y2={scales.bottom} stroke="var(--focus)" strokeWidth="1.5" />
    </ZIndexLayer>
  )
}
