import type { Metadata } from 'next'
import { AlertsScreen } from '@/components/alerts'

export const metadata: Metadata = { title: 'Alerts' }

export default function AlertsPage() {
  return <AlertsScreen />
}
