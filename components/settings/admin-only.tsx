'use client'
import type { ReactNode } from 'react'
import { useMe } from '@/components/account'
import { Note, Panel } from '@/components/ui'

interface AdminOnlyProps {
  title: string
  /** What a person of another role may not do. */
  what: string
  children: ReactNode
}

/** What only an admin is shown; anyone else reads why not. The server decides again. */
export function AdminOnly({ title, what, children }: AdminOnlyProps) {
  const { role } = useMe()
  if (role === 'admin') return children
  return (
    <Panel title={title}>
      <Note kind="forbidden" title={`You may not ${what}`}>
        That needs the role admin; yours is {role}. Ask an admin. The section Roles says what each role may
        do.
      </Note>
    </Panel>
  )
}
