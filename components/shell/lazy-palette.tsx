'use client'
import { useEffect, useState } from 'react'
import type { ComponentType } from 'react'
import { whenIdle } from '@/components/view'

interface PaletteProps {
  onClose: () => void
  /** What was typed before it was there. */
  typed: string
}

let fetched: ComponentType<PaletteProps> | null = null
const fetchPalette = async () => (fetched = (await import('./palette')).Palette)

/** Fetches the palette once the screen has had its time: nobody needs it to see the screen. */
export function usePaletteLater(): void {
  useEffect(() => whenIdle(() => void fetchPalette()), [])
}

/** Keys typed right after Ctrl K reach it, even while it is being fetched. */
export function LazyPalette({ onClose }: { onClose: () => void }) {
  const [Palette, setPalette] = useState(() => fetched)
  const [typed, setTyped] = useState('')
  useEffect(() => {
    if (Palette === null) void fetchPalette().then((found) => setPalette(() => found))
  }, [Palette])
  if (Palette) return <Palette onClose={onClose} typed={typed} />
  return (
    <>
      <div className="scrim" onClick={onClose} />
      <div className="dialog palette" role="dialog" aria-label="Find or act">
        <input
          cmdk-input=""
          autoFocus
          aria-label="Find or act"
          placeholder="Find a pipeline, or act"
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
          onKeyDown={({ key }) => (key === 'Escape' ? onClose() : undefined)}
        />
      </div>
    </>
  )
}
