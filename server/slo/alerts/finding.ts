import type { Severity } from '../model'

/** A rule that holds now, of one cause. */
export interface Finding {
  rule: string
  /** What it is grouped by: `log`, `speed:departures`, `objective:departures.freshness`. */
  cause: string
  pipeline: string | null
  objectiveId: string | null
  owner: string | null
  /** Absent: the rule's. */
  severity?: Severity
  title: string
  says: string
  evidence: Record<string, unknown>
}

type Given = Pick<Finding, 'cause' | 'title' | 'says'> & Partial<Finding>

export const finding = (rule: string, given: Given): Finding => ({
  rule,
  pipeline: null,
  objectiveId: null,
  owner: null,
  evidence: {},
  ...given,
})

/** One unresolved alert at a time has it. */
export const fingerprintOf = ({ rule, cause }: Pick<Finding, 'rule' | 'cause'>): string => `${rule}|${cause}`
