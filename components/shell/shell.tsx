'use client'
import dynamic from 'next/dynamic'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useCallback, useState } from 'react'
import type { ReactNode } from 'react'
import { MeProvider } from '@/components/account'
import { ConsoleFeedProvider } from '@/components/live'
import { PlanProvider } from '@/components/plan-dialog'
import { keepView } from '@/components/view'
import type { Me } from '@/server/api'
import { BottomBar } from './bottom-bar'
import { Header } from './header'
import { LazyPalette, usePaletteLater } from './lazy-palette'
import { Nav } from './nav'
import { isOn, screens } from './screens'
import { useShortcuts } from './use-shortcuts'

// Fetched when first asked for.
const Shortcuts = dynamic(async () => (await import('./shortcuts')).Shortcuts, { ssr: false })

/** Everything around a screen, and what all screens share: who looks, the live feed, plans. */
export function Shell({ me, children }: { me: Me; children: ReactNode }) {
  return (
    <MeProvider me={me}>
      <ConsoleFeedProvider>
        <PlanProvider>
          <Frame>{children}</Frame>
        </PlanProvider>
      </ConsoleFeedProvider>
    </MeProvider>
  )
}

function Frame({ children }: { children: ReactNode }) {
  const [overlay, setOverlay] = useState<'palette' | 'help' | null>(null)
  const router = useRouter()
  const path = usePathname()
  const params = useSearchParams()
  const openPalette = useCallback(() => setOverlay('palette'), [])
  const openHelp = useCallback(() => setOverlay('help'), [])
  const close = useCallback(() => setOverlay(null), [])
  const goTo = useCallback((to: string) => router.push(keepView(to, params)), [router, params])
  useShortcuts({ palette: openPalette, help: openHelp, goTo })
  usePaletteLater()
  return (
    <>
      <a className="skip-link" href="#main">
        To the content
      </a>
      <div className="app">
        <Nav />
        <div className="min-w-0">
          <Header title={titleOf(path)} onFind={openPalette} onHelp={openHelp} />
          <main id="main" tabIndex={-1} className="page">
            {children}
          </main>
        </div>
      </div>
      <BottomBar />
      {overlay === 'palette' ? <LazyPalette onClose={close} /> : null}
      {overlay === 'help' ? <Shortcuts onClose={close} /> : null}
    </>
  )
}

function titleOf(path: string): string {
  const [, first, second] = path.split('/')
  if ((first === 'pipelines' || first === 'objectives') && second) return decodeURIComponent(second)
  return screens.find((screen) => isOn(path, screen))?.name ?? 'Parallax'
}
