import { formatMeasure, plural } from '@/components/format'
import { ServedValue } from '@/components/ui'
import type { CellExplanation } from '@/server/api'
import { BatchLine, SpeedLine } from './bridge'

/** What the served figure is made of: the version's cell and what speed counted after its cut. */
export function Contributions({ cell, measure }: { cell: CellExplanation; measure: string }) {
  const { version, speed, replaced, served } = cell
  const before = replaced.reduce((sum, part) => sum + part.events, 0)
  return (
    <section className="drawer-section" aria-label="What the figure is made of">
      <h3 className="mb-1 font-medium">Served now</h3>
      <div className="bridge">
        {version ? (
          <>
            <BatchLine />
            <span>
              Batch{' '}
              <span className="text-text-3">
                v{version.number}, cut of epoch {version.epoch}, {plural(version.events, 'event')}
              </span>
            </span>
            <span className="text-right">{figure(version.measures[measure])}</span>
          </>
        ) : null}
        {speed.map((part) => (
          <Epoch key={part.epoch} part={part} measure={measure} afterCut={version !== null} />
        ))}
        {!version && speed.length === 0 ? (
          <>
            <span />
            <span className="text-text-2">neither layer</span>
            <span className="text-right text-text-3">no value</span>
          </>
        ) : null}
        <span className="bridge-rule" />
        <span />
        <span>
          Served <span className="text-text-3">{plural(served.events, 'event')}</span>
        </span>
        <b className="bridge-total">
          <ServedValue
            value={served.measures[measure]}
            completeness={served.completeness}
            hole={served.hole}
          />
        </b>
      </div>
      {before > 0 ? (
        <p className="mt-1 text-small text-text-3">
          Up to the cut speed had counted {plural(before, 'event')}: v{version?.number} stands in their place.
        </p>
      ) : null}
    </section>
  )
}

type Part = CellExplanation['speed'][number]

function Epoch({ part, measure, afterCut }: { part: Part; measure: string; afterCut: boolean }) {
  const { epoch, events, late, duplicate, invalid } = part
  const notes = [
    late > 0 ? `${late} late` : '',
    duplicate > 0 ? `${duplicate} duplicate` : '',
    invalid > 0 ? `${invalid} invalid` : '',
  ].filter(Boolean)
  return (
    <>
      <SpeedLine />
      <span>
        Speed{' '}
        <span className="text-text-3">
          epoch {epoch}
          {afterCut ? ', after the cut' : ''}, {plural(events, 'event')}
          {notes.length > 0 ? ` (${notes.join(', ')})` : ''}
        </span>
      </span>
      <span className="value-provisional justify-self-end">{figure(part.measures[measure])}</span>
    </>
  )
}

const figure = (value: number | string | null | undefined) =>
  value === null || value === undefined ? '–' : formatMeasure(value)
