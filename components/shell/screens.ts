import { Grid3x3, ListChecks, ScrollText, Settings, Workflow } from 'lucide-react'
import type { LucideIcon } from 'lucide-react'

export interface Screen {
  path: string
  name: string
  icon: LucideIcon
  heading?: string
  /** On a phone it is in the menu: the bar has room for five. */
  isInMenu?: boolean
}

/** The screens there are. A screen comes in here when it works, not before. */
export const screens: Screen[] = [
  { path: '/pipelines', name: 'Pipelines', icon: Workflow, heading: 'Data' },
  { path: '/divergence', name: 'Divergence', icon: Grid3x3 },
  { path: '/jobs', name: 'Jobs', icon: ListChecks, heading: 'Work' },
  { path: '/audit', name: 'Audit', icon: ScrollText, heading: 'Govern', isInMenu: true },
  { path: '/settings', name: 'Settings', icon: Settings, isInMenu: true },
]
