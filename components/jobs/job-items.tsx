import { formatCount, formatRange } from '@/components/format'
import type { Zone } from '@/components/format'
import { Glyph } from '@/components/ui'
import type { JobView } from '@/server/api'
import { jobStatus } from './job-words'

/** What the job did, item by item, and why it was started. */
export function JobItems({ job, zone, now }: { job: JobView; zone: Zone; now: number }) {
  return (
    <div className="bg-sunken px-4 py-3 sm:pl-10">
      <p className="mb-2 text-text-2">
        {job.reason ? <>Reason: {job.reason}. </> : null}
        Attempt {formatCount(Math.max(job.attempts, 1))}
        {job.error ? `. ${job.error}` : ''} <span className="mono text-text-3">{job.id}</span>
      </p>
      {job.items.length === 0 ? (
        <p className="text-text-3">No items: the job had nothing to do.</p>
      ) : (
        <ul>
          {job.items.map((item) => (
            <li key={item.id} className="flex flex-wrap items-center gap-x-3 py-1">
              <Glyph status={jobStatus(item.status)} label={item.status} />
              <span>
                {item.from !== null && item.to !== null
                  ? formatRange(item.from, item.to, zone, now)
                  : item.label}
              </span>
              <span className="text-text-3">{item.status}</span>
              {item.version === null ? null : <span>v{formatCount(item.version)}</span>}
              {item.rows === null ? null : (
                <span className="text-text-3">{formatCount(item.rows)} cells</span>
              )}
              {item.error ? <span className="text-bad">{item.error}</span> : null}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
