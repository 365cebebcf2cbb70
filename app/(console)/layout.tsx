import { Suspense } from 'react'
import type { ReactNode } from 'react'
import { ToSignIn } from '@/components/account'
import { Shell } from '@/components/shell'
import { callerOfPage } from './caller'

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const me = await (await callerOfPage()).auth.me()
  if (!me) return <ToSignIn />
  return (
    <Suspense>
      <Shell me={me}>{children}</Shell>
    </Suspense>
  )
}
