import {
  BellRing,
  BookOpen,
  Bug,
  ChartGantt,
  Coins,
  Flame,
  Grid3x3,
  LayoutDashboard,
  ListChecks,
  ScrollText,
  Settings,
  Siren,
  Target,
  Workflow,
} from 'lucide-react'
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
  { path: '/', name: 'Overview', icon: LayoutDashboard },
  { path: '/triage', name: 'Triage', icon: Siren },
  { path: '/debug', name: 'Debug', icon: Bug, isInMenu: true },
  { path: '/pipelines', name: 'Pipelines', icon: Workflow, heading: 'Data', isInMenu: true },
  { path: '/divergence', name: 'Divergence', icon: Grid3x3 },
  { path: '/traces', name: 'Traces', icon: ChartGantt, isInMenu: true },
  { path: '/jobs', name: 'Jobs', icon: ListChecks, heading: 'Work' },
  { path: '/alerts', name: 'Alerts', icon: BellRing, isInMenu: true },
  { path: '/incidents', name: 'Incidents', icon: Flame, isInMenu: true },
  { path: '/runbooks', name: 'Runbooks', icon: BookOpen, isInMenu: true },
  { path: '/objectives', name: 'Objectives', icon: Target, isInMenu: true },
  { path: '/cost', name: 'Cost', icon: Coins, heading: 'Govern', isInMenu: true },
  { path: '/audit', name: 'Audit', icon: ScrollText, isInMenu: true },
  { path: '/settings', name: 'Settings', icon: Settings, isInMenu: true },
]

/** Whether a path belongs to a screen: the first one is its own path only, the others have pages below them. */
export const isOn = (path: string, { path: to }: Pick<Screen, 'path'>): boolean =>
  to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`)
