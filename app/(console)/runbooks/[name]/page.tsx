import type { Metadata } from 'next'
import { RunbookScreen } from '@/components/runbooks'

interface Props {
  params: Promise<{ name: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).name) }
}

export default async function RunbookPage({ params }: Props) {
  const name = decodeURIComponent((await params).name)
  return <RunbookScreen key={name} name={name} />
}
