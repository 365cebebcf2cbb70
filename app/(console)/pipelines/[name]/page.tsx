import type { Metadata } from 'next'
import { ExplainFromUrl } from '@/components/explain'
import { PipelineScreen } from '@/components/pipeline'
import type { PipelineInfo } from '@/server/api'
import { callerOfPage } from '../../caller'

interface PageProps {
  params: Promise<{ name: string }>
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: decodeURIComponent((await params).name) }
}

export default async function PipelinePage({ params }: PageProps) {
  const name = decodeURIComponent((await params).name)
  return (
    <>
      <PipelineScreen key={name} name={name} initial={await read(name)} />
      <ExplainFromUrl key={`explain ${name}`} pipeline={name} />
    </>
  )
}

/** What the page is about, before its figures stream in; where it cannot be read, the screen asks again and says why. */
async function read(name: string): Promise<PipelineInfo | undefined> {
  try {
    return await (await callerOfPage()).pipelines.get({ name })
  } catch {
    return undefined
  }
}
