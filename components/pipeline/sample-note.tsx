import { Plane } from 'lucide-react'

/** Said on the screen, because the numbers are real and the faults are not. */
export function SampleNote() {
  return (
    <div className="banner">
      <Plane className="icon" aria-hidden="true" />
      <p>
        <b className="font-medium text-text-1">Sample feed.</b> Real US flights of 2001, a minute a second,
        each as late as it was. On purpose, 0.5 % of the events come twice and 0.2 % are broken; broken ones
        are never counted.
      </p>
    </div>
  )
}
