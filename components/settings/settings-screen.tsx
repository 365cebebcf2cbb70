'use client'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { Tabs } from 'radix-ui'
import { PageHead } from '@/components/shell'
import { AccountSection } from './account-section'
import { NotificationsSection } from './notifications-section'
import { PeopleSection } from './people-section'
import { PolicySection } from './policy-section'
import { RolesSection } from './roles-section'
import { TokensSection } from './tokens-section'

const sections = ['account', 'people', 'tokens', 'roles', 'policy', 'notifications'] as const
const names: Record<(typeof sections)[number], string> = {
  account: 'Your account',
  people: 'People',
  tokens: 'API tokens',
  roles: 'Roles',
  policy: 'Policy',
  notifications: 'Notifications',
}

/** For admins: who may come in and do what. For everyone: their own password and sessions. */
export function SettingsScreen() {
  const [section, setSection] = useQueryState(
    'section',
    parseAsStringLiteral(sections).withDefault('account'),
  )
  return (
    <>
      <PageHead
        title="Settings"
        forWhom="For admins: who may come in, what they may do, above which size a second person looks, and how people are told. For everyone: your own password and sessions."
      />
      <Tabs.Root value={section} onValueChange={(next) => void setSection(next as (typeof sections)[number])}>
        <Tabs.List className="tabs" aria-label="Settings">
          {sections.map((value) => (
            <Tabs.Trigger key={value} className="tab" value={value}>
              {names[value]}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value="account" tabIndex={-1}>
          <AccountSection />
        </Tabs.Content>
        <Tabs.Content value="people" tabIndex={-1}>
          <PeopleSection />
        </Tabs.Content>
        <Tabs.Content value="tokens" tabIndex={-1}>
          <TokensSection />
        </Tabs.Content>
        <Tabs.Content value="roles" tabIndex={-1}>
          <RolesSection />
        </Tabs.Content>
        <Tabs.Content value="policy" tabIndex={-1}>
          <PolicySection />
        </Tabs.Content>
        <Tabs.Content value="notifications" tabIndex={-1}>
          <NotificationsSection />
        </Tabs.Content>
      </Tabs.Root>
    </>
  )
}
