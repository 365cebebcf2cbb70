'use client'
import Link from 'next/link'
import { usePathname, useSearchParams } from 'next/navigation'
import { Ellipsis } from 'lucide-react'
import { AccountMenu } from '@/components/account'
import { keepView } from '@/components/view'
import { isOn, screens } from './screens'

const onBar = screens.filter((screen) => !screen.isInMenu)
const inMenu = screens.filter((screen) => screen.isInMenu)

/** The navigation of a phone. */
export function BottomBar() {
  const path = usePathname()
  const params = useSearchParams()
  return (
    <nav className="bottom-bar" aria-label="Screens">
      {onBar.map(({ path: to, name, icon: Icon }) => (
        <Link
          key={to}
          href={keepView(to, params)}
          className="bottom-link"
          {...(isOn(path, { path: to }) ? { 'aria-current': 'page' as const } : {})}
        >
          <Icon className="icon" aria-hidden="true" />
          {name}
        </Link>
      ))}
      <AccountMenu
        side="top"
        links={inMenu.map(({ path: to, name, icon: Icon }) => ({
          href: keepView(to, params),
          name,
          icon: <Icon className="icon" aria-hidden="true" />,
        }))}
        trigger={
          <button type="button" className="bottom-link">
            <Ellipsis className="icon" aria-hidden="true" />
            More
          </button>
        }
      />
    </nav>
  )
}
