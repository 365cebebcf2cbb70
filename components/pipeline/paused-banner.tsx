'use client'
import { useRefusal } from '@/components/account'
import { formatDuration, formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import { pausedLayers, usePlans } from '@/components/plan-dialog'
import type { Layer } from '@/components/plan-dialog'
import { Button, QuietGlyph } from '@/components/ui'
import type { PipelineStatus } from '@/server/api'

type Pause = PipelineStatus['paused'][number]

interface PausedBannerProps {
  name: string
  paused: Pause[]
  zone: Zone
  now: number
}

const effect: Record<Layer, string> = {
  speed: 'Answers age; no event is lost.',
  batch: 'Answers stay fresh and provisional.',
}

/** That a layer stands still, since when, until when, why and who said so; one click lets it go on. */
export function PausedBanner({ name, paused, zone, now }: PausedBannerProps) {
  return pausedLayers({ paused }).map((layer) => (
    <LayerBanner
      key={layer}
      name={name}
      layer={layer}
      reasons={paused.filter((pause) => pause.layer === layer)}
      zone={zone}
      now={now}
    />
  ))
}

interface LayerBannerProps extends Omit<PausedBannerProps, 'paused'> {
  layer: Layer
  reasons: Pause[]
}

function LayerBanner({ name, layer, reasons, zone, now }: LayerBannerProps) {
  const { quick } = usePlans()
  const refusal = useRefusal('resume a layer')
  const ends = reasons.map(({ until }) => until)
  const last = ends.includes(null) ? null : Math.max(...ends.flatMap((end) => (end === null ? [] : [end])))
  const resume = () =>
    quick(
      { kind: 'resume', pipeline: name, layer },
      { kind: 'pause', pipeline: name, layer, forMs: last === null ? null : Math.max(60_000, last - now) },
    )
  return (
    <section className="banner items-center" data-status="warn" aria-label={`Paused ${layer} layer`}>
      <QuietGlyph status="warn" />
      <div className="min-w-0 grow">
        <p>
          <b className="font-medium text-text-1">The {layer} layer is paused</b>{' '}
          {last === null
            ? 'until a person resumes it'
            : `until ${formatNear(last, zone, now)}, ${formatDuration(Math.max(0, last - now))} from now`}
          . {effect[layer]}
        </p>
        <ul>
          {reasons.map(({ id, reason, actor, since }) => (
            <li key={id}>
              “{reason}”, {actor}, {formatDuration(Math.max(0, now - since))} ago
            </li>
          ))}
        </ul>
      </div>
      <Button off={refusal} onClick={resume}>
        Resume {layer}
      </Button>
    </section>
  )
}
