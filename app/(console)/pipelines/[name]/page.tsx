import type { Metadata } from 'next'
import { PipelineScreen } from '@/components/pipeline'

interface PageProps {
  params: Promise<{ name: string }>
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: decodeURIComponent((await params).name) }
}

export default async function PipelinePage({ params }: PageProps) {
  const name = decodeURIComponent((await params).name)
  return <PipelineScreen key={name} name={name} />
}
