'use client'
import Link from 'next/link'
import { usePathname, useSearchParams } from 'next/navigation'
import { UserRound } from 'lucide-react'
import { AccountMenu } from '@/components/account'
import { keepView } from '@/components/view'
import { screens } from './screens'

/** The navigation of a phone. */
export function BottomBar() {
  const path = usePathname()
  const params = useSearchParams()
  return (
    <nav className="bottom-bar" aria-label="Screens">
      {screens.map(({ path: to, name, icon: Icon }) => (
        <Link
          key={to}
          href={keepView(to, params)}
          className="bottom-link"
          {...(path.startsWith(to) ? { 'aria-current': 'page' as const } : {})}
        >
          <Icon className="icon" aria-hidden="true" />
          {name}
        </Link>
      ))}
      <AccountMenu
        side="top"
        trigger={
          <button type="button" className="bottom-link">
            <UserRound className="icon" aria-hidden="true" />
            Account
          </button>
        }
      />
    </nav>
  )
}
