'use client'
import { useMe } from '@/components/account'
import { ChannelsPanel } from './channels-panel'
import { RoutesPanel } from './routes-panel'

/** How people are told, and who is told what. */
export function NotificationsSection() {
  const { role } = useMe()
  const isAdmin = role === 'admin'
  return (
    <div className="grid12">
      <div className="span-6">
        <ChannelsPanel isAdmin={isAdmin} />
      </div>
      <div className="span-6">
        <RoutesPanel isAdmin={isAdmin} />
      </div>
    </div>
  )
}
