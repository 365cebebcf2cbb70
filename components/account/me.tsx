'use client'
import { createContext, useContext } from 'react'
import type { ReactNode } from 'react'
import type { Me } from '@/server/api'

const Context = createContext<Me | null>(null)

export function MeProvider({ me, children }: { me: Me; children: ReactNode }) {
  return <Context value={me}>{children}</Context>
}

export function useMe(): Me {
  const me = useContext(Context)
  if (!me) throw new Error('useMe needs a MeProvider above it')
  return me
}

/** Why this person may not do it, or null when they may. The server decides again. */
export function useRefusal(what: string): string | null {
  const { role } = useMe()
  return role === 'viewer'
    ? `You may look, not ${what}: your role is viewer. Ask an operator or an admin.`
    : null
}
