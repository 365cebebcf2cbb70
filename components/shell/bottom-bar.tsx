'use client'
import Link from 'next/link'
import { usePathname, useSearchParams } from 'next/navigation'
import { Ellipsis } from 'lucide-react'
import { AccountMenu } from '@/components/account'
import { firingGroups } from '@/components/alerts/alert-words'
import { plural } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import { Glyph } from '@/components/ui'
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
          {to === '/triage' ? <Firing /> : null}
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

/** How many causes fire, on the sign of the screen that shows them. */
function Firing() {
  const { alerts } = useConsoleFeed()
  const firing = firingGroups(alerts?.groups ?? [])
  if (firing.length === 0) return null
  const status = firing.some(({ severity }) => severity === 'page') ? 'bad' : 'warn'
  return (
    <span className="bottom-sign">
      <Glyph status={status} label={`${plural(firing.length, 'cause')} firing`} />
    </span>
  )
}
