import { Plane } from 'lucide-react'

/** Said on the screen, because the numbers are real and the faults are not. */
export function SampleNote() {
  return (
    <div className="banner">
      <Plane className="icon" aria-hidden="true" />
      <p>
        <b className="font-medium text-text-1">Sample feed.</b> Real US on-time flights of 2001, replayed a
        minute a second: an event’s time is the scheduled departure, and it reaches the log as late as the
        flight was. On purpose, 0.5 % of the events are sent twice and 0.2 % broken ones are added; the broken
        ones are kept as dead letters and never counted.
      </p>
    </div>
  )
}
