import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRange,
  plural,
  withInstants,
} from '@/components/format'
import type { Zone } from '@/components/format'
import { Glyph } from '@/components/ui'
import type { JobItem, JobView } from '@/server/api'
import { jobStatus } from '@/components/job'

const shownItems = 60

interface JobItemsProps {
  job: JobView
  zone: Zone
  now: number
}

/** Window by window: done, failed with its reason, or still to come. */
export function JobItems({ job, zone, now }: JobItemsProps) {
  const { items, result } = job
  const says = (text: string) => withInstants(text, zone, now)
  return (
    <>
      {items.length === 0 ? (
        <p className="text-text-3">No items: the job had nothing to do.</p>
      ) : (
        <ul>
          {items.slice(0, shownItems).map((item) => (
            <li key={item.id} className="flex flex-wrap items-center gap-x-3 py-1">
              <Glyph status={jobStatus(item.status)} label={item.status} />
              <span>
                {item.from !== null && item.to !== null
                  ? formatRange(item.from, item.to, zone, now)
                  : says(item.label)}
              </span>
              <span className="text-text-3">{item.status}</span>
              {item.version === null ? null : <span>v{formatCount(item.version)}</span>}
              <span className="text-text-3">{figures(item)}</span>
              {item.error ? <span className="text-bad">{says(item.error)}</span> : null}
            </li>
          ))}
        </ul>
      )}
      {items.length > shownItems ? (
        <p className="text-small text-text-3">and {plural(items.length - shownItems, 'more item')}</p>
      ) : null}
      {result?.finished && result.finished.length > 0 ? (
        <p className="mt-1 text-text-2">
          Had finished, and is not served: {result.finished.map(says).join('; ')}.
        </p>
      ) : null}
      {result?.guard ? <p className="mt-1 text-text-2">{says(result.guard.says)}</p> : null}
      {result?.notes?.map((note) => (
        <p key={note} className="mt-1 text-text-2">
          {says(note)}
        </p>
      ))}
    </>
  )
}

function figures({ rows, seconds, bytes }: JobItem): string {
  const parts = []
  if (rows !== null) parts.push(plural(rows, 'cell'))
  if (seconds !== undefined) parts.push(formatDuration(seconds * 1_000))
  if (bytes !== undefined && bytes > 0) parts.push(formatBytes(bytes))
  return parts.join(', ')
}
