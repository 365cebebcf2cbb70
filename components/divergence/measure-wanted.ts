import type { Cause } from '@/components/ui'
import type { ApiRange } from '@/components/view'

/** What every query of this screen is about. */
export interface MeasureWanted {
  name: string
  measure: string
  range: ApiRange
  cause: Cause | null
}
