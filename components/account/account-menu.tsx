'use client'
import { useMutation } from '@tanstack/react-query'
import { LogOut } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { Menu, showToast } from '@/components/ui'
import { useMe } from './me'

const may: Record<string, string> = {
  viewer: 'may look',
  operator: 'may look and operate',
  admin: 'may do everything',
}

interface AccountMenuProps {
  trigger: ReactElement
  side: 'top' | 'bottom'
  /** Screens that have no place of their own where the menu is. */
  links?: { href: string; name: string; icon: ReactNode }[]
}

export function AccountMenu({ trigger, side, links = [] }: AccountMenuProps) {
  const me = useMe()
  const trpc = useTRPC()
  const signOut = useMutation(
    trpc.auth.signOut.mutationOptions({
      onSuccess: () => location.assign('/sign-in'),
      onError: (error) =>
        showToast({ status: 'bad', text: `Not signed out. ${describeError(error).message}` }),
    }),
  )
  return (
    <Menu
      trigger={trigger}
      side={side}
      align="start"
      head={
        <>
          <div className="px-2 py-1.5">
            <div className="font-medium">{me.name}</div>
            <div className="text-small text-text-3">
              {me.role}, {may[me.role]}
            </div>
          </div>
          <div className="menu-line" />
        </>
      }
      items={[
        ...links.map(({ href, name, icon }) => ({ id: href, href, icon, text: name })),
        {
          id: 'sign-out',
          icon: <LogOut className="icon" aria-hidden="true" />,
          text: 'Sign out',
          onSelect: () => signOut.mutate(),
        },
      ]}
    />
  )
}

export function initials(name: string): string {
  const words =
    name
      .split('@')[0]
      ?.split(/[._\-\s]+/)
      .filter(Boolean) ?? []
  const letters = words.length > 1 ? words.slice(0, 2).map((w) => w[0]) : [words[0]?.slice(0, 2)]
  return letters.join('').toUpperCase()
}
