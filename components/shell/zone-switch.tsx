'use client'
import { Segmented } from '@/components/ui'
import { useZone } from '@/components/view'

const options = [
  { value: 'utc', label: 'UTC' },
  { value: 'local', label: 'Local' },
] as const

/** The one switch that axes, tooltips and tables obey. */
export function ZoneSwitch() {
  const [zone, setZone] = useZone()
  return (
    <Segmented label="Time zone" value={zone} options={options} onChange={(next) => void setZone(next)} />
  )
}
