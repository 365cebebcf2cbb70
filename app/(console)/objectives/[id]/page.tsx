import type { Metadata } from 'next'
import { ObjectiveScreen } from '@/components/objectives'

interface PageProps {
  params: Promise<{ id: string }>
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: decodeURIComponent((await params).id) }
}

export default async function ObjectivePage({ params }: PageProps) {
  const id = decodeURIComponent((await params).id)
  return <ObjectiveScreen key={id} id={id} />
}
