import type { Metadata } from 'next'
import { ObjectivesScreen } from '@/components/objectives'

export const metadata: Metadata = { title: 'Objectives' }

export default function ObjectivesPage() {
  return <ObjectivesScreen />
}
