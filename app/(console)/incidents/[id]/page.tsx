import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { IncidentScreen } from '@/components/incidents'

interface Props {
  params: Promise<{ id: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Incident ${(await params).id}` }
}

export default async function IncidentPage({ params }: Props) {
  const { id } = await params
  if (!/^[1-9]\d{0,8}$/.test(id)) notFound()
  return <IncidentScreen key={id} id={Number(id)} />
}
