'use client'
import { useRefusal } from '@/components/account'
import { formatCount, formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import { useOpenPlan } from '@/components/plan-dialog'
import { Button, Glyph } from '@/components/ui'
import type { PipelineStatus } from '@/server/api'

interface ShadowRowProps {
  name: string
  shadow: NonNullable<PipelineStatus['shadow']>
  zone: Zone
  now: number
}

/** A definition that both layers compute and nobody is served from: serve from it, or let go of it. */
export function ShadowRow({ name, shadow, zone, now }: ShadowRowProps) {
  const openPlan = useOpenPlan()
  const refusal = useRefusal('promote or drop a shadow')
  const { definitionVersion, boundary, lagMessages } = shadow
  return (
    <li className="version-row" aria-label={`Shadow, definition v${definitionVersion}`}>
      <Glyph status="unknown" label="Shadow" />
      <span className="min-w-0 truncate">
        <span className="font-medium">definition v{formatCount(definitionVersion)}</span>{' '}
        <span className="text-text-2">shadow</span>
      </span>
      <span className="row-span-2 inline-flex gap-1.5">
        <Button
          size="small"
          off={refusal}
          onClick={() => openPlan({ kind: 'definition', pipeline: name, change: { promote: true } })}
        >
          Promote…
        </Button>
        <Button
          size="small"
          off={refusal}
          onClick={() => openPlan({ kind: 'definition', pipeline: name, change: { drop: true } })}
        >
          Drop…
        </Button>
      </span>
      <span />
      <span className="truncate text-small text-text-3">
        {boundary === null ? 'no batch run yet' : `batch to ${formatNear(boundary, zone, now, 'second')}`}
        {lagMessages > 0 ? ` · ${formatCount(lagMessages)} messages behind` : ' · current'}
      </span>
    </li>
  )
}
