import { formatMeasure, formatRange, formatSigned } from '@/components/format'
import type { Zone } from '@/components/format'
import { stepOf } from '@/components/heatmap'
import type { Bands } from '@/components/heatmap'
import { Mark } from '@/components/ui'
import { relativeText } from './cell-words'
import type { CellStory } from './cell-words'

interface CellTipProps {
  story: CellStory
  bands: Bands
  zone: Zone
  now: number
  /** The column holds several windows and shows the worst. */
  grouped: boolean
}

/** One cell under the pointer. */
export function CellTip({ story, bands, zone, now, grouped }: CellTipProps) {
  const { figures } = story
  return (
    <>
      <div className="mb-1 font-medium">
        {story.key}{' '}
        <span className="font-normal text-text-2">{formatRange(story.from, story.to, zone, now)}</span>
      </div>
      {figures ? (
        <dl>
          <dt>Batch</dt>
          <dd>{formatMeasure(figures.batch)}</dd>
          <dt>Served</dt>
          <dd className="font-normal!">{formatMeasure(figures.speed)}</dd>
          <dt>Difference</dt>
          <dd className="font-normal!">{formatSigned((figures.speed ?? 0) - (figures.batch ?? 0))}</dd>
          <dt>Relative</dt>
          <dd className="font-normal!">
            <span
              className="swatch mr-1.5"
              style={{ background: `var(--err-${stepOf(figures.relative, bands)})` }}
            />
            {relativeText(figures)}
          </dd>
          <dt>Mainly</dt>
          <dd className="font-normal!">
            <Mark cause={figures.cause} hidden /> {figures.cause}
          </dd>
        </dl>
      ) : null}
      <div className="mt-1 text-text-3">
        {grouped && figures ? 'largest of several windows; ' : ''}
        {story.says}
      </div>
    </>
  )
}
