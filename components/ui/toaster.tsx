'use client'
import { useEffect, useState } from 'react'

type Sonner = typeof import('sonner')

let ask: () => void
const asked = new Promise<void>((resolve) => (ask = resolve))
let mount: (sonner: Sonner) => void
const mounted = new Promise<Sonner>((resolve) => (mount = resolve))

/** What shows toasts: fetched with the first of them, since most visits have none. */
export function toastsReady(): Promise<Sonner> {
  ask()
  return mounted
}

export function Toaster() {
  const [sonner, setSonner] = useState<Sonner | null>(null)
  useEffect(() => {
    void asked.then(() => import('sonner')).then(setSonner)
  }, [])
  // The effects of what is shown come first: by now it listens.
  useEffect(() => {
    if (sonner) mount(sonner)
  }, [sonner])
  if (!sonner) return null
  return (
    <sonner.Toaster
      position="bottom-right"
      offset={20}
      mobileOffset={{ bottom: 68, left: 12, right: 12 }}
      gap={10}
    />
  )
}
