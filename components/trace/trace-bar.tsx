import type { StageTime } from '@/server/api'
import { stageShares } from './stage-shares'

interface TraceBarProps {
  /** In the order of the trace, as a summary or a detail has them. */
  stages: readonly StageTime[]
  /** Says beneath which stage took longest. */
  hasLabel?: boolean
}

/** Where the time of a trace went: stages left to right, the longest in the strongest tone. */
export function TraceBar({ stages, hasLabel = true }: TraceBarProps) {
  const shares = stageShares(stages)
  const longest = shares.find(({ isLongest }) => isLongest)
  if (longest === undefined) return <span className="text-text-3">no time passed</span>
  const says = shares.map(({ stage, share }) => `${stage} ${wholePercent(share)}`).join(', ')
  return (
    <span className="trace-bar">
      <span className="trace-bar-line" role="img" aria-label={says} title={says}>
        {shares.map(({ stage, share, isLongest }) => (
          <i
            key={stage}
            style={{ flexGrow: share }}
            {...(isLongest ? { 'data-longest': '' } : {})}
            {...(stage === 'wait' ? { 'data-wait': '' } : {})}
          />
        ))}
      </span>
      {hasLabel ? (
        <span className="trace-bar-label" aria-hidden="true">
          {longest.stage} {wholePercent(longest.share)}
        </span>
      ) : null}
    </span>
  )
}

const wholePercent = (share: number) => `${Math.round(share * 100)} %`
