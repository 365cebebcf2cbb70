'use client'
import { PasswordPanel } from './password-panel'
import { SessionsPanel } from './sessions-panel'

export function AccountSection() {
  return (
    <div className="grid12">
      <div className="span-8">
        <SessionsPanel />
      </div>
      <div className="span-4">
        <PasswordPanel />
      </div>
    </div>
  )
}
