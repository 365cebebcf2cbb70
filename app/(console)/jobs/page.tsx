import type { Metadata } from 'next'
import { JobsScreen } from '@/components/jobs'

export const metadata: Metadata = { title: 'Jobs' }

export default function JobsPage() {
  return <JobsScreen />
}
