import type { Metadata } from 'next'
import { PipelinesScreen } from '@/components/pipelines'

export const metadata: Metadata = { title: 'Pipelines' }

export default function PipelinesPage() {
  return <PipelinesScreen />
}
