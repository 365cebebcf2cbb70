import type { Metadata } from 'next'
import { DebugScreen } from '@/components/debug'

export const metadata: Metadata = { title: 'Debug' }

export default function DebugPage() {
  return <DebugScreen />
}
