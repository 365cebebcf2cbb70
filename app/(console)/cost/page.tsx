import type { Metadata } from 'next'
import { CostScreen } from '@/components/cost'

export const metadata: Metadata = { title: 'Cost' }

export default function CostPage() {
  return <CostScreen />
}
