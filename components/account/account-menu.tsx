'use client'
import { useMutation } from '@tanstack/react-query'
import { LogOut } from 'lucide-react'
import Link from 'next/link'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { showToast } from '@/components/ui'
import { useMe } from './me'

const may: Record<string, string> = {
  viewer: 'may look',
  operator: 'may look and operate',
  admin: 'may do everything',
}

interface AccountMenuProps {
  trigger: ReactNode
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
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" side={side} align="start" sideOffset={6} collisionPadding={8}>
          <div className="px-2 py-1.5">
            <div className="font-medium">{me.name}</div>
            <div className="text-small text-text-3">
              {me.role}, {may[me.role]}
            </div>
          </div>
          <div className="menu-line" />
          {links.map(({ href, name, icon }) => (
            <DropdownMenu.Item key={href} className="menu-item" asChild>
              <Link href={href}>
                {icon}
                {name}
              </Link>
            </DropdownMenu.Item>
          ))}
          <DropdownMenu.Item className="menu-item" onSelect={() => signOut.mutate()}>
            <LogOut className="icon" aria-hidden="true" />
            Sign out
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
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
