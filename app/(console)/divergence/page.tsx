import type { Metadata } from 'next'
import { DivergenceScreen } from '@/components/divergence'

export const metadata: Metadata = { title: 'Divergence' }

export default function DivergencePage() {
  return <DivergenceScreen />
}
