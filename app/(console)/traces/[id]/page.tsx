import type { Metadata } from 'next'
import { TraceScreen } from '@/components/trace'

interface PageProps {
  params: Promise<{ id: string }>
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: `Trace ${(await params).id.slice(0, 12)}` }
}

export default async function TracePage({ params }: PageProps) {
  const { id } = await params
  return <TraceScreen key={id} traceId={id} />
}
