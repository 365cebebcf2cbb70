'use client'
import Link from 'next/link'
import { usePathname, useSearchParams } from 'next/navigation'
import { Fragment } from 'react'
import { AccountMenu, initials, useMe } from '@/components/account'
import { firingGroups } from '@/components/alerts/alert-words'
import { plural } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import { Glyph, Logo } from '@/components/ui'
import { keepView } from '@/components/view'
import { isOn, screens } from './screens'

export function Nav() {
  const path = usePathname()
  const params = useSearchParams()
  const me = useMe()
  return (
    <nav className="nav" aria-label="Main">
      <div className="nav-inner">
        <Link href={keepView('/', params)} className="brand" aria-label="Parallax, to the overview">
          <Logo />
          <span className="brand-name">Parallax</span>
        </Link>
        {screens.map(({ path: to, name, icon: Icon, heading }) => (
          <Fragment key={to}>
            {heading ? <h2 className="nav-heading">{heading}</h2> : null}
            <Link
              href={keepView(to, params)}
              className="nav-link"
              {...(isOn(path, { path: to }) ? { 'aria-current': 'page' as const } : {})}
            >
              <Icon className="icon" aria-hidden="true" />
              <span className="nav-label">{name}</span>
              <Count screen={to} />
            </Link>
          </Fragment>
        ))}
        <AccountMenu
          side="top"
          trigger={
            <button type="button" className="nav-account" aria-label={`Account: ${me.name}, ${me.role}`}>
              <span className="avatar">{initials(me.name)}</span>
              <span className="nav-label min-w-0">
                <span className="block truncate">{me.name}</span>
                <span className="block text-axis text-text-3">{me.role}</span>
              </span>
            </button>
          }
        />
      </div>
    </nav>
  )
}

/** What of a screen needs a person: bad pipelines, running jobs. */
function Count({ screen }: { screen: string }) {
  const { jobs, pipelines, alerts } = useConsoleFeed()
  if (screen === '/triage') {
    const firing = firingGroups(alerts?.groups ?? [])
    if (firing.length === 0) return null
    const status = firing.some(({ severity }) => severity === 'page') ? 'bad' : 'warn'
    return (
      <span className={`nav-count font-semibold ${status === 'bad' ? 'text-bad!' : 'text-warn!'}`}>
        <Glyph status={status} label={`${plural(firing.length, 'cause')} firing:`} />
        {firing.length}
      </span>
    )
  }
  if (screen === '/jobs') {
    const running = jobs?.filter((job) => job.status === 'running').length ?? 0
    return running > 0 ? <span className="nav-count">{running} running</span> : null
  }
  if (screen !== '/pipelines') return null
  const bad = pipelines?.filter((p) => p.status.health === 'bad').length ?? 0
  if (bad === 0) return null
  return (
    <span className="nav-count font-semibold text-bad!">
      <Glyph status="bad" label="Bad" />
      {bad}
    </span>
  )
}
