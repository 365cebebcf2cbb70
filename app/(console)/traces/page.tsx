import type { Metadata } from 'next'
import { TracesScreen } from '@/components/trace'

export const metadata: Metadata = { title: 'Traces' }

export default function TracesPage() {
  return <TracesScreen />
}
