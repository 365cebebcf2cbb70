'use client'
import dynamic from 'next/dynamic'
import { useMeasureName } from '@/components/view'
import { useExplain } from './use-explain'

const LazyPanel = dynamic(async () => (await import('./explain-panel')).ExplainPanel, { ssr: false })

/** The panel of `?explain=…`, whichever way it was opened; its code is fetched when it is first wanted. */
export function ExplainFromUrl({ pipeline }: { pipeline: string }) {
  const [target, setTarget] = useExplain()
  const [measure] = useMeasureName()
  if (target === null) return null
  return (
    <LazyPanel
      pipeline={pipeline}
      windowStart={target.from}
      windowEnd={target.to}
      cellKey={target.key}
      measure={measure}
      onChoose={(next) => void setTarget(next)}
      onClose={() => void setTarget(null)}
    />
  )
}
