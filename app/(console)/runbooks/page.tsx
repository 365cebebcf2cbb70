import type { Metadata } from 'next'
import { RunbooksScreen } from '@/components/runbooks'

export const metadata: Metadata = { title: 'Runbooks' }

export default function RunbooksPage() {
  return <RunbooksScreen />
}
